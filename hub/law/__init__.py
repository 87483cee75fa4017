"""The pages that the law asks for, made from the settings in force, and their public log."""
