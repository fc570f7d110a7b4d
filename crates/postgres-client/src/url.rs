//! `postgres://` URLs as `libpq` knows them, in the words of the driver.

use tokio_postgres::Config;

/// Reads a URL, or describes its mistake without quoting any of it.
///
/// The driver knows three of the six TLS modes of
/// [libpq](https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION). Its `require` always verifies
/// the certificate and the host name here, so it stands for `verify-ca` and `verify-full` as well.
pub(crate) fn parse(text: &str) -> Result<Config, String> {
    let text = text.trim();
    // Without one of the schemes the driver would read the text as a list of words and quote them in its errors.
    if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
        return Err("must be a URL that begins with postgres:// or postgresql://".to_owned());
    }
    in_words_of_the_driver(text).parse().map_err(|error: tokio_postgres::Error| {
        match std::error::Error::source(&error).map(ToString::to_string).filter(|reason| is_plain(reason)) {
            Some(reason) => format!("is not a PostgreSQL URL this program understands: {reason}"),
            None => "is not a PostgreSQL URL this program understands".to_owned(),
        }
    })
}

fn in_words_of_the_driver(text: &str) -> String {
    let Some((place, options)) = text.split_once('?') else { return text.to_owned() };
    let options: Vec<_> = options.split('&').map(option).collect();
    format!("{place}?{}", options.join("&"))
}

fn option(option: &str) -> &str {
    match option {
        "sslmode=verify-ca" | "sslmode=verify-full" => "sslmode=require",
        // Rather plain than encrypted, but either: the driver can only do it the other way around.
        "sslmode=allow" => "sslmode=prefer",
        other => other,
    }
}

/// Whether the driver names nothing but one of the options it knows. An unknown one may be half a password.
fn is_plain(reason: &str) -> bool {
    reason.strip_prefix("invalid value for option `").is_some_and(|option| option.len() < 32)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::*;

    #[test]
    fn every_tls_mode_of_libpq_has_a_meaning() {
        let modes = [
            ("disable", SslMode::Disable),
            ("allow", SslMode::Prefer),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("verify-full", SslMode::Require),
        ];
        for (name, mode) in modes {
            let url = format!("postgres://me@db/data?connect_timeout=3&sslmode={name}");
            assert_eq!(parse(&url).unwrap().get_ssl_mode(), mode, "{name}");
        }
    }

    #[test]
    fn a_wrong_option_is_named() {
        let error = parse("postgres://me@db/data?sslmode=maybe").unwrap_err();
        assert!(error.ends_with("invalid value for option `sslmode`"), "{error}");
    }

    #[test]
    fn an_unknown_option_is_not_quoted() {
        let error = parse("postgres://db/data?hunter=2").unwrap_err();
        assert!(!error.contains("hunter"), "{error}");
    }

    #[test]
    fn a_question_mark_in_a_password_is_part_of_it() {
        let config = parse("postgres://me:pa?ss&word@db/data").unwrap();
        assert_eq!(config.get_password(), Some(&b"pa?ss&word"[..]));
    }
}
