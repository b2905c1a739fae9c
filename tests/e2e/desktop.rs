//! A desktop of its own for one test: a screen, a session bus, and what a test wants on it.
