"""What the owner decides about the site: title, language, schedule, texts."""
