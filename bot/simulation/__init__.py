"""Made-up people who hold whole conversations with the real service, and what came of them."""
