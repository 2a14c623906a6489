"""Second floor: passages are encoded, stored and searched. Never decides whether a hit is an answer."""
