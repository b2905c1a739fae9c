//! Carries what the outbox holds to Supabase, exactly once. Empty until the backend exists.
