# Errors of the engine and of the connection to it.
