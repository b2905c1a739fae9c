//! JSON Web Tokens like those of the auth server, signed with the secret that PostgREST has too.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

/// Returns a token with these claims, signed with HS256.
pub(crate) fn sign(claims: &Value, secret: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let body = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length will do");
    mac.update(body.as_bytes());
    format!("{body}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Returns the user of the token in the head of a request, if there is one. Does not check the signature.
pub(crate) fn user_of(head: &str) -> Option<Uuid> {
    let mut headers = head.lines().filter_map(|line| line.split_once(": Bearer "));
    let (_, token) = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let claims = URL_SAFE_NO_PAD.decode(token.trim().split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Value>(&claims).ok()?.get("sub")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{sign, user_of};
    use serde_json::json;
    use uuid::Uuid;

    #[test]
    fn the_user_of_a_request_is_that_of_its_token() {
        let user = Uuid::from_u128(7);
        let token = sign(&json!({ "sub": user, "role": "authenticated" }), "secret");
        let head = |token: &str| {
            format!("POST / HTTP/1.1\r\napikey: key\r\nauthorization: Bearer {token}\r\n\r\n")
        };
        assert_eq!(user_of(&head(&token)), Some(user));
        assert_eq!(user_of(&head("sb_publishable_key")), None);
        assert_eq!(user_of("GET / HTTP/1.1\r\n\r\n"), None);
    }
}
