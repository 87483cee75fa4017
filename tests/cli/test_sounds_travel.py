"""The sound of an article leaves with the archive and comes back with it."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from hub.app import create_app, create_hub
from hub.content import audio
from hub.settings import from_environment
from tests import audio as sounds
from tests.journeys.conftest import Owner, set_up


@pytest.mark.slow
def test_a_sound_travels_with_the_archive(tmp_path: Path) -> None:
    quiet = {"HUB_SMTP": "outbox", "HUB_BASE_URL": "", "HUB_DATABASE": ""}
    old, new = (Owner(tmp_path / name, quiet) for name in ("old", "new"))
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "tides.md").write_text("---\ntitle: Tides\naudio: tides.mp3\n---\nHear.\n")
    (folder / "tides.mp3").write_bytes(sounds.mp3())
    for owner in (old, new):
        set_up(owner, "http://hub.test")
    old.hub("import", str(folder))
    old.hub("export", "archive", "-o", str(tmp_path / "all.zip"))
    reports = json.loads(new.hub("import", str(tmp_path / "all.zip"), "--json"))
    assert [problem for report in reports for problem in report["problems"]] == []
    parts = create_hub(from_environment({}, data=new.data))
    with TestClient(create_app(parts)) as reader:
        address = audio.read(sounds.mp3()).address
        assert f'src="{address}"' in reader.get("/posts/tides").text
        assert reader.get(address).content == sounds.mp3()
