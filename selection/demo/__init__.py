"""The demo company: everything the product does, done once through its own verbs."""
