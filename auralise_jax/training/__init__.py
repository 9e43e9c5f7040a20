"""Training the network on a corpus, and judging what it learned."""
