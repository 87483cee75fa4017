"""What is looked at once before a release, with the tools that everybody uses: `make audit`."""
