//! Sign-up, sign-in, sign-out and token refresh.

use crate::{PASSWORD, backend, http, sign_up, wait};
use serde_json::json;
use std::sync::Arc;
use zafu_core::ids::UserId;
use zafu_sync::fake::Memory;
use zafu_sync::supabase::{
    Account, AuthError, Keyring, SignedIn, SignedUp, Supabase, Tokens, Vault,
};
use zafu_sync::{ErrorClass, Fault, Remote};

#[test]
fn a_user_can_sign_up_in_and_out() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let signed_in = sign_up(&http).await;
        let back = http.sign_in(&signed_in.email, PASSWORD).await.unwrap();
        assert_eq!((back.user, &back.email), (signed_in.user, &signed_in.email));
        http.sign_out(&back.tokens).await.unwrap();
        let other = http.sign_in(&signed_in.email, PASSWORD).await.unwrap();
        assert_eq!(other.user, signed_in.user);
    });
}

#[test]
fn auth_errors_are_distinguished() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let signed_in = sign_up(&http).await;
        let wrong = http.sign_in(&signed_in.email, "another password").await;
        assert_eq!(wrong, Err(AuthError::WrongPassword));
        let unknown = http.sign_in("nobody@example.org", PASSWORD).await;
        assert_eq!(
            unknown,
            Err(AuthError::WrongPassword),
            "the error does not reveal who has an account"
        );
        assert_eq!(http.sign_up("new@example.org", "abc").await, Err(AuthError::WeakPassword));
        let again = http.sign_up(&signed_in.email, PASSWORD).await;
        assert!(
            matches!(again, Err(AuthError::AddressTaken) | Ok(SignedUp::MailSent)),
            "{again:?}"
        );
        let code = http.enter_code(&signed_in.email, "000000").await;
        assert_eq!(code, Err(AuthError::WrongCode));
    });
}

/// Returns the account with an expired access token.
fn outdated(backend: &zafu_backend::Backend, signed_in: &SignedIn) -> SignedIn {
    let claims = json!({ "sub": signed_in.user, "role": "authenticated", "exp": 1 });
    let tokens = Tokens { access: backend.token_with(&claims), ..signed_in.tokens.clone() };
    SignedIn { tokens, ..signed_in.clone() }
}

#[test]
fn an_expired_token_is_refreshed_once_and_the_new_one_stored_before_use() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let signed_in = sign_up(&http).await;
        let vault = Arc::new(Memory::default());
        let account = Account::new(outdated(backend, &signed_in), Keyring::new(vault.clone()));
        account.store_token().await.unwrap();
        let remote = Supabase::new(http.clone(), account);
        let error = remote.digest(signed_in.user).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::Session, "{error:?}");
        // Two concurrent calls share one refresh: a second one would use a spent refresh token.
        let (one, two) =
            tokio::join!(remote.refresh(signed_in.user), remote.refresh(signed_in.user));
        one.unwrap();
        two.unwrap();
        let stored = vault.read(signed_in.user).unwrap().unwrap();
        assert_ne!(stored, signed_in.tokens.refresh);
        assert_eq!(remote.digest(signed_in.user).await.unwrap().count, 0);

        // As after a restart: only the refresh token is stored.
        let account =
            Account::from_keyring(signed_in.user, Keyring::new(vault)).await.unwrap().unwrap();
        let remote = Supabase::new(http, account);
        let error = remote.digest(signed_in.user).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::Session);
        remote.refresh(signed_in.user).await.unwrap();
        assert_eq!(remote.digest(signed_in.user).await.unwrap().count, 0);
    });
}

#[test]
fn a_revoked_auth_session_needs_a_new_sign_in() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let signed_in = sign_up(&http).await;
        let vault = Arc::new(Memory::default());
        let account = Account::new(signed_in.clone(), Keyring::new(vault.clone()));
        account.store_token().await.unwrap();
        let remote = Supabase::new(http.clone(), account);
        http.sign_out(&signed_in.tokens).await.unwrap();
        let error = remote.refresh(signed_in.user).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::SignIn, "{error:?}");
        assert_eq!(
            vault.read(signed_in.user).unwrap(),
            Some(signed_in.tokens.refresh),
            "nothing is lost by it"
        );
    });
}

#[test]
fn no_request_is_sent_for_another_account() {
    let Some(backend) = backend() else { return };
    wait(async {
        let (_, remote, _) = crate::signed_up(&http(backend)).await;
        let other = UserId(uuid::Uuid::new_v4());
        for error in [
            remote.push(other, &[], None).await.unwrap_err(),
            remote.digest(other).await.unwrap_err(),
            remote.refresh(other).await.unwrap_err(),
        ] {
            assert_eq!(error.fault, Fault::OtherAccount);
        }
    });
}

#[test]
fn a_refresh_is_finished_and_stored_after_its_caller_stops_waiting() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let signed_in = sign_up(&http).await;
        let vault = Arc::new(Memory::default());
        let account = Account::new(outdated(backend, &signed_in), Keyring::new(vault.clone()));
        account.store_token().await.unwrap();
        let remote = Supabase::new(http, account);
        tokio::select! {
            biased;
            refreshed = remote.refresh(signed_in.user) => panic!("it was refreshed at once: {refreshed:?}"),
            () = tokio::task::yield_now() => {}
        }
        remote.account().finish_refresh().await;
        assert_ne!(vault.read(signed_in.user).unwrap().unwrap(), signed_in.tokens.refresh);
        assert_eq!(remote.digest(signed_in.user).await.unwrap().count, 0);
    });
}

#[test]
fn a_refresh_in_flight_during_a_sign_out_stores_no_secret() {
    let Some(backend) = backend() else { return };
    wait(async {
        let http = http(backend);
        let signed_in = sign_up(&http).await;
        let vault = Arc::new(Memory::default());
        let keyring = Keyring::new(vault.clone());
        let account = Account::new(outdated(backend, &signed_in), keyring.clone());
        account.store_token().await.unwrap();
        let remote = Supabase::new(http, account);
        let (refreshed, ()) = tokio::join!(remote.refresh(signed_in.user), async {
            tokio::task::yield_now().await;
            remote.account().close();
            keyring.remove(signed_in.user).await.unwrap();
        });
        refreshed.unwrap();
        assert_eq!(vault.read(signed_in.user).unwrap(), None);
        assert_ne!(remote.account().tokens().refresh, signed_in.tokens.refresh, "it was refreshed");
        remote.sign_out().await.unwrap();
        assert_eq!(vault.read(signed_in.user).unwrap(), None);
    });
}
