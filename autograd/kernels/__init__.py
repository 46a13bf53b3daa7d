"""Array code with no autograd in it: what must be fast, written first of all to be right."""
