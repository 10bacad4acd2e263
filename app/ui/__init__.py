"""The screens: pages and static ES modules, no bundler."""
