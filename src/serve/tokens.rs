//! Who may ask: named tokens, that programs bring with each request and people once, for a cookie.
//!
//! The cookie holds a key that is derived of the token (BLAKE3, key derivation), not the token itself,
//! so that it holds for as long as the token does, and nobody who sees it has the token. Scripts cannot
//! read it, and no other site can have it sent.

use std::fmt::Write as _;

use axum::http::{HeaderMap, header};

/// The name of the cookie.
const COOKIE: &str = "palpate";
/// What keys of cookies are derived for.
const CONTEXT: &str = "palpate 2026 session cookie";
/// How long a browser keeps the cookie, in seconds: twelve hours, a long shift.
const KEPT: u32 = 12 * 60 * 60;

/// The tokens that are accepted, as they were given: on each line a token, or a name and a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens(Vec<AccessToken>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct AccessToken {
    name: Option<String>,
    token: String,
}

/// Why tokens cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    #[error("there is no token in it")]
    None,
    #[error("line {0}: a line is a token, or a name and a token")]
    Line(usize),
}

impl Tokens {
    /// Reads a token a line, with a name before it or without. Empty lines and those that begin with
    /// `#` say nothing.
    pub fn read(text: &str) -> Result<Tokens, TokensError> {
        let mut tokens = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, token) = match words.as_slice() {
                [] => continue,
                [first, ..] if first.starts_with('#') => continue,
                [token] => (None, token),
                [name, token] => (Some((*name).to_owned()), token),
                _ => return Err(TokensError::Line(number + 1)),
            };
            tokens.push(AccessToken {
                name,
                token: (*token).to_owned(),
            });
        }
        match tokens.is_empty() {
            true => Err(TokensError::None),
            false => Ok(Tokens(tokens)),
        }
    }
}

/// A token as it is compared: hashes take the same time whatever they are of.
struct TokenHashes {
    name: Option<String>,
    token: blake3::Hash,
    cookie: String,
    cookie_hash: blake3::Hash,
}

/// Knows who asks.
#[derive(Default)]
pub(super) struct Door {
    tokens: Vec<TokenHashes>,
    /// Whether cookies go by encrypted connections only.
    secure: bool,
}

/// Who asks; whoever has a token without a name has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asker(pub(super) Option<String>);

impl Door {
    /// A door for those who have a token; for all where there are none.
    pub(super) fn new(tokens: &Tokens, secure: bool) -> Door {
        let hashes = |token: &AccessToken| {
            let key = blake3::derive_key(CONTEXT, token.token.as_bytes());
            let cookie = blake3::Hash::from_bytes(key).to_hex().to_string();
            TokenHashes {
                name: token.name.clone(),
                token: blake3::hash(token.token.as_bytes()),
                cookie_hash: blake3::hash(cookie.as_bytes()),
                cookie,
            }
        };
        Door {
            tokens: tokens.0.iter().map(hashes).collect(),
            secure,
        }
    }

    /// Who asks, if they may.
    pub(super) fn asker(&self, headers: &HeaderMap) -> Option<Asker> {
        if self.tokens.is_empty() {
            return Some(Asker(None));
        }
        let bearer = bearer(headers).map(|given| blake3::hash(given.as_bytes()));
        let cookies = cookies(headers).map(|given| blake3::hash(given.as_bytes()));
        let cookies: Vec<blake3::Hash> = cookies.collect();
        let known = self
            .tokens
            .iter()
            .find(|known| bearer == Some(known.token) || cookies.contains(&known.cookie_hash));
        known.map(|known| Asker(known.name.clone()))
    }

    /// The cookie for whoever has a token, as a header sets it.
    pub(super) fn cookie(&self, token: &str) -> Option<String> {
        let given = blake3::hash(token.trim().as_bytes());
        let known = self.tokens.iter().find(|known| known.token == given)?;
        let cookie = set_cookie(&known.cookie, KEPT);
        Some(match self.secure {
            true => format!("{cookie}; Secure"),
            false => cookie,
        })
    }
}

/// The header that takes the cookie away.
pub(super) fn no_cookie() -> String {
    set_cookie("", 0)
}

fn set_cookie(value: &str, seconds: u32) -> String {
    let mut cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict");
    // Writing to a string does not fail.
    let _ = write!(cookie, "; Max-Age={seconds}");
    cookie
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, given) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(given)
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs.filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        let value = HeaderValue::from_str(value).expect("it is ASCII");
        HeaderMap::from_iter([(name, value)])
    }

    #[test]
    fn tokens_have_names_or_none() {
        let tokens = Tokens::read("# the ward\nanna s3cret\n\nother\n").expect("they are right");
        let door = Door::new(&tokens, false);
        let asker = |token: &str| {
            let bearer = format!("Bearer {token}");
            door.asker(&with(header::AUTHORIZATION, &bearer))
        };
        assert_eq!(asker("s3cret"), Some(Asker(Some("anna".to_owned()))));
        assert_eq!(asker("other"), Some(Asker(None)));
        assert_eq!((asker("anna"), asker("s3cre")), (None, None));
        assert_eq!(door.asker(&HeaderMap::new()), None);
        let anybody = Door::default();
        assert_eq!(anybody.asker(&HeaderMap::new()), Some(Asker(None)));
        assert_eq!(Tokens::read("\n# none\n"), Err(TokensError::None));
        assert_eq!(Tokens::read("x\na b c"), Err(TokensError::Line(2)));
    }

    #[test]
    fn a_token_is_exchanged_for_a_cookie() {
        let door = Door::new(
            &Tokens::read("anna s3cret\n").expect("they are right"),
            true,
        );
        assert_eq!(door.cookie("other"), None);
        let set = door.cookie(" s3cret ").expect("it is known");
        assert!(
            set.contains("; HttpOnly; SameSite=Strict")
                && set.ends_with("; Secure")
                && !set.contains("s3cret")
        );
        let cookie = set.split(';').next().expect("a pair");
        let asker = door.asker(&with(header::COOKIE, &format!("a=b; {cookie}")));
        assert_eq!(asker, Some(Asker(Some("anna".to_owned()))));
        assert_eq!(door.asker(&with(header::COOKIE, "palpate=s3cret")), None);
        assert_eq!(door.asker(&with(header::COOKIE, "palpate=")), None);
    }
}
