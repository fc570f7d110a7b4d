//! Parsing of `mqtt://` and `mqtts://` URLs.

use std::fmt;

use secret::Secret;
use url::Url;

/// Address of a broker.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Host name or IP address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) is_tls: bool,
}

/// Address and login in a broker URL.
#[derive(Debug, Clone)]
pub(crate) struct Broker {
    pub(crate) address: Address,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "mqtts" } else { "mqtt" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Parses a URL. The error does not quote any part of it.
pub(crate) fn parse(text: &str) -> Result<Broker, &'static str> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| "must be a URL that begins with mqtt:// or mqtts://")?;
    let is_tls = match url.scheme() {
        "mqtt" | "tcp" => false,
        "mqtts" | "ssl" => true,
        _ => return Err("must be a URL that begins with mqtt:// or mqtts://"),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("has no host")?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a path, query or fragment");
    }
    let host = decoded(host.trim_start_matches('[').trim_end_matches(']'))?;
    let port = url.port().unwrap_or(if is_tls { 8883 } else { 1883 });
    let user = Some(decoded(url.username())?).filter(|user| !user.is_empty());
    let password = url.password().map(decoded).transpose()?.map(Secret::from);
    Ok(Broker { address: Address { host, port, is_tls }, user, password })
}

/// Decodes percent-encoded text (RFC 3986, section 2.1).
fn decoded(text: &str) -> Result<String, &'static str> {
    const NOT_TEXT: &str = "holds a user or password that is not percent-encoded text";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next().ok_or(NOT_TEXT)?, rest.next().ok_or(NOT_TEXT)?];
        let digits = std::str::from_utf8(&digits).map_err(|_| NOT_TEXT)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| NOT_TEXT)?);
    }
    String::from_utf8(bytes).map_err(|_| NOT_TEXT)
}

#[cfg(test)]
mod tests {
    use secret::ExposeSecret as _;

    use super::*;

    fn address(text: &str) -> String {
        parse(text).unwrap().address.to_string()
    }

    #[test]
    fn the_port_follows_the_scheme_unless_it_is_named() {
        assert_eq!(address("mqtt://broker"), "mqtt://broker:1883");
        assert_eq!(address("mqtts://broker/"), "mqtts://broker:8883");
        assert_eq!(address("mqtt://192.0.2.1:2883"), "mqtt://192.0.2.1:2883");
        assert_eq!(address("mqtts://[2001:db8::1]"), "mqtts://[2001:db8::1]:8883");
    }

    #[test]
    fn the_schemes_of_other_clients_are_understood() {
        assert_eq!(address("tcp://broker:1883"), "mqtt://broker:1883");
        assert_eq!(address("ssl://broker"), "mqtts://broker:8883");
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let broker = parse("mqtt://an%40user:p%2Fw+%3A%c3%bc@broker").unwrap();
        assert_eq!(broker.user.as_deref(), Some("an@user"));
        assert_eq!(broker.password.unwrap().expose_secret(), "p/w+:ü");
        let broker = parse("mqtt://broker").unwrap();
        assert!(broker.user.is_none() && broker.password.is_none());
    }

    #[test]
    fn an_error_does_not_quote_the_url() {
        for text in
            ["hunter22", "http://hunter22@broker", "mqtt://", "mqtt://broker/hunter22", "mqtt://u:%zz@h"]
        {
            let problem = parse(text).unwrap_err();
            assert!(!problem.contains("hunter22"), "{problem}");
        }
    }
}
