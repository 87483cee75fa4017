"""Events as mail providers post them: one module a provider, each with its own proof."""
