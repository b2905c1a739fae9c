-- A Supabase project before any migration: its roles, the schema of the auth server, and its default privileges, in the
-- older form that grants everything, which the migrations must revoke.

create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';

-- The role that applies migrations: not a superuser, as on Supabase.
create role postgres login createrole createdb bypassrls noinherit;
grant anon, authenticated, service_role to postgres;
grant all on schema public to postgres;
alter database postgres owner to postgres;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to anon, authenticated, service_role;

create schema extensions;
grant usage on schema extensions to public;
grant all on schema extensions to postgres;

-- Owned by the auth server: triggers on auth.users run when it creates or deletes an account.
create role supabase_auth_admin login createrole noinherit;
create schema auth authorization supabase_auth_admin;
grant usage on schema auth to postgres, anon, authenticated, service_role;
create table auth.users (
  id                 uuid primary key,
  email              text unique,
  raw_user_meta_data jsonb not null default '{}',
  created_at         timestamptz not null default now()
);
alter table auth.users enable row level security;
grant all on auth.users to postgres;
alter table auth.users owner to supabase_auth_admin;

-- Returns the user of the request's token, or null without one.
create function auth.uid() returns uuid
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;
