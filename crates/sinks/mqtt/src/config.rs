//! Settings of the broker, the topics, and the content of messages.

use settings::{Setting, Settings, Source, Variable};

use crate::template::Template;

/// Settings of the broker, the topics, and the content of messages.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) broker: mqtt_client::Config,
    pub(crate) topic: Template,
    pub(crate) form: PayloadForm,
    pub(crate) is_retained: bool,
}

#[derive(Settings)]
#[setting(group = "mqtt")]
struct Variables {
    #[setting(block)]
    broker: mqtt_client::Config,
    /// Topic of a record. `{record}` stands for its name, `{tags}` for the values of its tags or keys, a level each,
    /// and the name of a tag or key in braces for its value.
    #[setting(name = "MQTT_TOPIC", also = "TOPIC", default = "platform/{record}/{tags}")]
    topic: Template,
    /// Content of a message: `full` for time, tags and fields, `bare` for the fields alone.
    #[setting(name = "MQTT_PAYLOAD", default = "full")]
    form: PayloadForm,
    /// Whether the broker keeps the last message of each topic for those who subscribe later.
    #[setting(name = "MQTT_RETAIN", default = "false")]
    is_retained: bool,
}

/// The content of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadForm {
    /// Time, tags or keys, and fields.
    Full,
    /// The fields alone.
    Bare,
}

impl Config {
    /// The same broker, to which the program gives its name.
    #[must_use]
    pub fn named(self, program: &str) -> Self {
        Self { broker: self.broker.named(program), ..self }
    }

    /// The broker.
    pub fn broker(&self) -> &mqtt_client::Config {
        &self.broker
    }
}

impl Settings for Config {
    fn variables() -> Vec<Variable> {
        Variables::variables()
    }

    fn read(source: &mut Source) -> Option<Self> {
        let Variables { broker, topic, form, is_retained } = Variables::read(source)?;
        Some(Self { broker, topic, form, is_retained })
    }

    fn is_there(source: &Source) -> bool {
        mqtt_client::Config::is_there(source)
    }
}

impl Setting for PayloadForm {
    const TAKES: &'static str = "full or bare";

    fn parse(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "full" => Ok(Self::Full),
            "bare" => Ok(Self::Bare),
            _ => Err(format!("must be {}", Self::TAKES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Option<Config>, String> {
        let mut source = Source::of(variables.iter().copied());
        let config = Option::<Config>::read(&mut source);
        source.finish().map_err(|mistakes| mistakes.to_string())?;
        Ok(config.flatten())
    }

    #[test]
    fn without_a_broker_there_is_no_sink() {
        assert!(read(&[("MQTT_TOPIC", "a/b"), ("MQTT_RETAIN", "true")]).unwrap().is_none());
    }

    #[test]
    fn a_broker_by_its_older_names_is_one() {
        let config = read(&[("MQTT_BROKER", "broker"), ("MQTT_SECRET", "pw")]).unwrap().unwrap();
        assert_eq!((config.form, config.is_retained), (PayloadForm::Full, false));
    }

    #[test]
    fn every_mistake_is_reported() {
        let variables = [("MQTT_URL", "mqtt://b"), ("MQTT_PAYLOAD", "half"), ("MQTT_TOPIC", "a/#")];
        let mistakes = read(&variables).unwrap_err();
        assert!(mistakes.contains("MQTT_PAYLOAD must be full or bare"), "{mistakes}");
        assert!(mistakes.contains("MQTT_TOPIC"), "{mistakes}");
    }
}
