//! Authentication: bearer tokens and basic authentication.

use secret::{ExposeSecret, Secret};
use settings::{Settings, Source, Variable};
use subtle::ConstantTimeEq;

/// Credentials that a server accepts. A server without authentication uses `None` of `Option<Access>`.
///
/// A bearer token ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750)) suits programs, a user and a password ([RFC
/// 7617](https://www.rfc-editor.org/rfc/rfc7617)) suit browsers; both may be set.
#[derive(Debug, Clone)]
pub struct Access {
    /// Accepted values of the `Authorization` header.
    accepted: Vec<Secret>,
    asks_for_password: bool,
}

#[derive(Settings)]
struct Written {
    /// Bearer token that requests must carry.
    #[setting(name = "ACCESS_TOKEN")]
    token: Option<Secret>,
    /// User name for basic authentication.
    #[setting(name = "ACCESS_USER")]
    user: Option<String>,
    /// Password for basic authentication.
    #[setting(name = "ACCESS_PASSWORD")]
    password: Option<Secret>,
}

impl Access {
    /// Accepts requests with the bearer token `token`.
    pub fn bearer(token: &Secret) -> Self {
        Self { accepted: vec![bearer(token)], asks_for_password: false }
    }

    /// Accepts requests of `user` with `password`.
    pub fn basic(user: &str, password: &Secret) -> Self {
        Self { accepted: vec![basic(user, password)], asks_for_password: true }
    }

    /// Whether this value of `Authorization` is accepted.
    ///
    /// Compares in constant time, so that timing reveals nothing about a token.
    pub(crate) fn allows(&self, authorization: Option<&[u8]>) -> bool {
        let given = with_scheme_as_written(authorization.unwrap_or_default());
        let same = |secret: &Secret| secret.expose_secret().as_bytes().ct_eq(&given);
        self.accepted.iter().map(same).fold(subtle::Choice::from(0), |any, this| any | this).into()
    }

    /// Value of `WWW-Authenticate`.
    pub(crate) fn challenge(&self) -> &'static str {
        if self.asks_for_password { "Basic realm=\"platform\", charset=\"UTF-8\"" } else { "Bearer" }
    }
}

impl Settings for Access {
    fn variables() -> Vec<Variable> {
        let required = |variable: Variable| Variable { required: variable.name == TOKEN, ..variable };
        Written::variables().into_iter().map(required).collect()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let written = Written::read(source)?;
        let mut access = Self { accepted: Vec::new(), asks_for_password: false };
        access.accepted.extend(written.token.as_ref().map(bearer));
        match (written.user, written.password) {
            (Some(user), Some(password)) => {
                // Hidden in its encoded form as well, since a log with it would reveal the password.
                source.hide(&base64(&user, &password));
                access.accepted.push(basic(&user, &password));
                access.asks_for_password = true;
            }
            (Some(_), None) => source.mistake("ACCESS_PASSWORD", "is required where ACCESS_USER is set"),
            (None, Some(_)) => source.mistake("ACCESS_USER", "is required where ACCESS_PASSWORD is set"),
            (None, None) if access.accepted.is_empty() => {
                source.mistake(TOKEN, "is required, or ACCESS_USER with ACCESS_PASSWORD");
            }
            (None, None) => {}
        }
        (!access.accepted.is_empty()).then_some(access)
    }

    fn is_there(source: &Source) -> bool {
        Written::variables().iter().any(|variable| source.is_set(variable))
    }
}

const TOKEN: &str = "ACCESS_TOKEN";

fn bearer(token: &Secret) -> Secret {
    Secret::from(format!("Bearer {}", token.expose_secret()))
}

fn basic(user: &str, password: &Secret) -> Secret {
    Secret::from(format!("Basic {}", base64(user, password).expose_secret()))
}

/// Lowers the case of the scheme, which is case-insensitive, and keeps the rest.
fn with_scheme_as_written(authorization: &[u8]) -> Vec<u8> {
    let mut given = authorization.to_vec();
    for scheme in [b"Bearer ".as_slice(), b"Basic "] {
        if let Some(start) = given.get_mut(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme))
        {
            start.copy_from_slice(scheme);
        }
    }
    given
}

/// Encodes user and password in Base64 with padding ([RFC 4648](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
fn base64(user: &str, password: &Secret) -> Secret {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let plain = format!("{user}:{}", password.expose_secret());
    let mut encoded = String::with_capacity(plain.len().div_ceil(3) * 4);
    for group in plain.as_bytes().chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let sextet = usize::try_from(bits >> (18 - 6 * digit) & 0x3f).unwrap_or(0);
            let letter = if digit > group.len() { None } else { ALPHABET.get(sextet).copied() };
            encoded.push(letter.map_or('=', char::from));
        }
    }
    Secret::from(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Access>, String> {
        let mut source = Source::of(variables.iter().copied());
        let access = Option::<Access>::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        Ok(access.flatten())
    }

    #[test]
    fn either_way_in_is_enough() {
        let both =
            [("ACCESS_TOKEN", "t0ken"), ("ACCESS_USER", "Aladdin"), ("ACCESS_PASSWORD", "open sesame")];
        let access = read(&both).unwrap().unwrap();
        for right in ["Bearer t0ken", "bearer t0ken", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="] {
            assert!(access.allows(Some(right.as_bytes())), "{right}");
        }
        for wrong in ["", "t0ken", "Bearer", "Bearer T0KEN", "Bearer t0ken ", "Basic t0ken", "Basic Og=="] {
            assert!(!access.allows(Some(wrong.as_bytes())), "{wrong}");
        }
        assert!(!access.allows(None));
    }

    #[test]
    fn base64_is_padded() {
        let encoded = |user: &str| base64(user, &Secret::from("")).expose_secret().to_owned();
        assert_eq!([encoded("f"), encoded("fo"), encoded("foo")], ["Zjo=", "Zm86", "Zm9vOg=="]);
    }

    #[test]
    fn nothing_set_is_open_and_half_a_setting_is_a_mistake() {
        assert!(read(&[]).unwrap().is_none());
        let mistake = read(&[("ACCESS_USER", "me")]).unwrap_err();
        assert_eq!(mistake, "ACCESS_PASSWORD is required where ACCESS_USER is set");
        let mistake = read(&[("ACCESS_PASSWORD", "pw12")]).unwrap_err();
        assert_eq!(mistake, "ACCESS_USER is required where ACCESS_PASSWORD is set");
    }

    #[test]
    fn a_program_that_requires_access_names_the_missing_setting() {
        let mut source = Source::of::<&str, &str>([]);
        assert!(Access::read(&mut source).is_none());
        let mistakes = source.finish().unwrap_err().to_string();
        assert_eq!(mistakes, "ACCESS_TOKEN is required, or ACCESS_USER with ACCESS_PASSWORD");
    }

    #[test]
    fn it_does_not_print_its_secrets() {
        let access = Access::bearer(&Secret::from("hunter22"));
        assert!(!format!("{access:?}").contains("hunter22"));
    }
}
