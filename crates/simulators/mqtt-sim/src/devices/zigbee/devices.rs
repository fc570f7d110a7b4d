//! Devices of the installation: descriptions and reports.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::devices::exposes::{battery, binary, choice, diagnostic, link_quality, numeric, switch};
use crate::devices::house;

/// A device of the installation.
pub(super) struct Device {
    pub(super) name: &'static str,
    /// Last part of its address, and its number in the network.
    number: u16,
    model: &'static str,
    vendor: &'static str,
    description: &'static str,
    is_on_mains: bool,
    exposes: fn() -> Vec<Value>,
    /// Report at a time.
    pub(super) report: fn(Timestamp) -> Value,
}

pub(super) const DEVICES: [Device; 4] = [
    Device {
        name: "guest room/air",
        number: 0x2a01,
        model: "WSDCGQ11LM",
        vendor: "Aqara",
        description: "Sensor of temperature, humidity and pressure",
        is_on_mains: false,
        exposes: climate_exposes,
        report: climate,
    },
    Device {
        name: "kitchen/plug",
        number: 0x2a02,
        model: "TS011F_plug_1",
        vendor: "Tuya",
        description: "Plug that measures power",
        is_on_mains: true,
        exposes: plug_exposes,
        report: plug,
    },
    Device {
        name: "front door",
        number: 0x2a03,
        model: "MCCGQ11LM",
        vendor: "Aqara",
        description: "Sensor of doors and windows",
        is_on_mains: false,
        exposes: door_exposes,
        report: door,
    },
    Device {
        name: "balcony/tomato",
        number: 0x2a04,
        model: "TS0601_soil",
        vendor: "Tuya",
        description: "Sensor of moisture in the soil",
        is_on_mains: false,
        exposes: soil_exposes,
        report: soil,
    },
];

impl Device {
    /// Entry in `bridge/devices`.
    pub(super) fn entry(&self) -> Value {
        let kind = if self.is_on_mains { "Router" } else { "EndDevice" };
        json!({
            "ieee_address": format!("0x00158d000000{:04x}", self.number),
            "type": kind,
            "network_address": self.number,
            "supported": true,
            "disabled": false,
            "friendly_name": self.name,
            "endpoints": {"1": {
                "bindings": [], "configured_reportings": [], "clusters": {"input": ["genBasic"], "output": []},
            }},
            "definition": {
                "model": self.model, "vendor": self.vendor, "description": self.description,
                "exposes": (self.exposes)(), "options": [],
            },
            "power_source": if self.is_on_mains { "Mains (single phase)" } else { "Battery" },
            "model_id": self.model,
            "interviewing": false,
            "interview_completed": true,
        })
    }
}

fn climate_exposes() -> Vec<Value> {
    vec![
        battery(),
        numeric("temperature", "°C", "Temperature of the air"),
        numeric("humidity", "%", "Relative humidity of the air"),
        numeric("pressure", "hPa", "Pressure of the air"),
        diagnostic("voltage", "mV", [0, 3_600], "Voltage of the battery"),
        link_quality(),
    ]
}

fn climate(time: Timestamp) -> Value {
    json!({
        "battery": 97,
        "humidity": house::rounded(house::humidity(time), 2),
        "linkquality": 105,
        "pressure": house::rounded(house::pressure(time), 1),
        "temperature": house::rounded(house::temperature(time), 2),
        "voltage": 3_005,
    })
}

fn plug_exposes() -> Vec<Value> {
    vec![
        switch(),
        numeric("power", "W", "Power drawn now"),
        numeric("current", "A", "Current drawn now"),
        numeric("voltage", "V", "Voltage of the mains"),
        numeric("energy", "kWh", "Energy drawn so far"),
        binary("child_lock", "LOCK", "UNLOCK", "Whether the button is locked"),
        choice("power_outage_memory", &["on", "off", "restore"], "What the plug does after an outage"),
        link_quality(),
    ]
}

fn plug(time: Timestamp) -> Value {
    let power = house::appliance_power(time);
    let (watt, volt) = (power.unwrap_or_default(), house::mains(time));
    json!({
        "child_lock": "UNLOCK",
        "current": house::rounded(watt / volt, 2),
        "energy": house::rounded(house::appliance_energy(time), 2),
        "linkquality": 150,
        "power": house::rounded(watt, 0),
        "power_outage_memory": "restore",
        "state": if power.is_some() { "ON" } else { "OFF" },
        "update": {"installed_version": 192, "latest_version": 192, "state": "idle"},
        "voltage": house::rounded(volt, 0),
    })
}

fn door_exposes() -> Vec<Value> {
    let contact = binary("contact", false, true, "Whether the door is closed");
    let voltage = diagnostic("voltage", "mV", [0, 3_600], "Voltage of the battery");
    vec![battery(), contact, voltage, link_quality()]
}

fn door(time: Timestamp) -> Value {
    json!({"battery": 88, "contact": house::is_door_closed(time), "linkquality": 87, "voltage": 2_985})
}

fn soil_exposes() -> Vec<Value> {
    vec![
        numeric("temperature", "°C", "Temperature of the soil"),
        numeric("soil_moisture", "%", "Water in the soil"),
        choice("temperature_unit", &["celsius", "fahrenheit"], "What the display shows"),
        battery(),
        choice("battery_state", &["low", "medium", "high"], "What is left in the battery, in a word"),
        link_quality(),
    ]
}

fn soil(time: Timestamp) -> Value {
    json!({
        "battery": 100,
        "battery_state": "high",
        "linkquality": 120,
        "soil_moisture": house::rounded(house::soil_moisture(time), 0),
        "temperature": house::rounded(house::garage_temperature(time) + 4.0, 1),
        "temperature_unit": "celsius",
    })
}
