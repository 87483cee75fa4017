"""`python -m hub` and the `hub` command."""

import signal

# Until the hub is imported, Ctrl-C ends the process as it ends any program: without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from hub.cli import main  # noqa: E402  # after the signal, on purpose

signal.signal(signal.SIGINT, signal.default_int_handler)

if __name__ == "__main__":
    main()
