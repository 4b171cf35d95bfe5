"""Guarded channels. A channel verifies the caller, gives the person a pseudonymous id, and renders the Reply."""
