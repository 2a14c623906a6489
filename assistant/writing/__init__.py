"""Written answers: a chat model writes from the chosen evidence; a gate lets through what the quotes support."""
