"""Red flags, the urgent reply and input hygiene: what must hold when all else is broken."""
