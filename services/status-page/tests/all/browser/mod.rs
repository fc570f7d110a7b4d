//! Tests of the pages in a browser.

mod axe;
mod driver;

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::server::Server;
use crate::stage::{HOSTILE, Stage};
use driver::{Browser, DESK, NIGHT, PHONE, View};

const PAGES: [&str; 6] = [
    "/",
    "/alerts",
    "/records",
    "/pipelines/openweather-current",
    "/pipelines/nws-hourly-forecast",
    "/records/weather/temp?range=7d",
];

#[test]
fn the_numbers_on_the_page_are_those_in_the_store() {
    let Some(browser) = testkit::require(Browser::start()) else { return };
    let server = Server::start(Stage::usual(), &[]);
    let stage = &server.stage;

    browser.open(&server.url("/"), DESK);
    let cells = browser.evaluate(
        "return [...document.querySelectorAll('.pipelines tbody tr')].map(row => [
            row.querySelector('th a').textContent, row.querySelector('time').dateTime,
            row.querySelector('[data-label=Duration]').textContent, row.querySelector('[data-label=Records]').textContent,
            row.querySelector('.count').textContent])",
    );
    let newest = &stage.every(15, 1, "openweather-current", 3)[0];
    let row = cells.as_array().unwrap().iter().find(|row| row[0] == newest.pipeline).unwrap();
    let expected = [
        newest.pipeline.clone(),
        newest.started.to_string(),
        "350 ms".into(),
        "2".into(),
        "all 50 OK".into(),
    ];
    assert_eq!(row, &Value::from(expected.to_vec()));
    let failing = cells.as_array().unwrap().iter().find(|row| row[0] == "nws-hourly-forecast").unwrap();
    assert_eq!(failing[4], "3 of 50 failed");

    browser.open(&server.url("/records/weather"), DESK);
    let latest = browser.evaluate(
        "return [...document.querySelectorAll('.latest tbody tr')].map(row =>
            [row.querySelector('th a')?.textContent, ...[...row.querySelectorAll('td data')].map(data => Number(data.value))])",
    );
    let weather = stage.weather();
    let (seattle, london) = (&weather[0], &weather[1]);
    for (name, value) in [
        ("temp", |weather: &crate::stage::Weather| weather.temp),
        ("barometric_pressure", |weather| weather.barometric_pressure),
        ("wind", |weather| weather.wind),
    ] as [(&str, fn(&crate::stage::Weather) -> f64); 3]
    {
        let row = latest.as_array().unwrap().iter().find(|row| row[0] == name).unwrap();
        let shown = (row[1].as_f64().unwrap(), row[2].as_f64().unwrap());
        assert_eq!(shown, (value(london), value(seattle)), "{name}");
    }
}

#[test]
fn no_page_writes_errors_to_the_console() {
    let Some(browser) = testkit::require(Browser::start()) else { return };
    let server = Server::start(Stage::usual(), &[]);
    for page in PAGES {
        browser.open(&server.url(page), DESK);
        assert_eq!(browser.console(), [] as [String; 0], "{page}");
    }
}

#[test]
fn nothing_sticks_out_on_a_phone() {
    let Some(browser) = testkit::require(Browser::start()) else { return };
    let server = Server::start(Stage::usual(), &[]);
    let stage = &server.stage;
    let mut long = stage.every(15, 4, &"a-very-long-name-of-a-pipeline-".repeat(4), 3);
    long[0].status = "failed";
    long[0].error = Some(format!("{HOSTILE} https://example.org/{}", "path/".repeat(60)));
    stage.write(&long);
    let path = format!("/pipelines/{}", long[0].pipeline);
    for page in PAGES.into_iter().chain([path.as_str()]) {
        browser.open(&server.url(page), PHONE);
        let width = browser.evaluate("return document.documentElement.scrollWidth").as_u64().unwrap();
        assert!(width <= PHONE.width.into(), "{page} is {width} wide");
        // Wide tables scroll by themselves.
        let cut = browser.evaluate(
            "return [...document.querySelectorAll('main *')].filter(one => !one.closest('.wide, .hidden, svg')
                && one.getBoundingClientRect().right > window.innerWidth).map(one => one.outerHTML.slice(0, 200))",
        );
        assert_eq!(cut, Value::Array(vec![]), "{page}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let Some(browser) = testkit::require(Browser::start()) else { return };
    let server = Server::start(Stage::empty(), &[]);
    let mut runs = server.stage.every(15, 2, HOSTILE, 3);
    runs[0].error = Some(HOSTILE.to_owned());
    runs[0].status = "failed";
    server.stage.write(&runs);
    browser.open(&server.url("/"), DESK);
    let link = browser.evaluate("return document.querySelector('.pipelines th a').href");
    browser.open(link.as_str().unwrap(), DESK);
    let shown = browser.evaluate(
        "return [document.querySelector('h1').textContent, document.querySelector('pre').textContent]",
    );
    assert_eq!(shown, Value::from([HOSTILE, HOSTILE].to_vec()));
    assert_eq!(browser.evaluate("return document.querySelectorAll('script, img').length"), 0);
    assert_eq!(browser.console(), [] as [String; 0]);
}

#[test]
fn an_accessibility_check_finds_nothing_serious() {
    let Some(browser) = testkit::require(Browser::start()) else { return };
    let Some(axe) = testkit::require(axe::script()) else { return };
    let server = Server::start(Stage::usual(), &[]);
    for view in [DESK, NIGHT, PHONE] {
        for page in PAGES {
            browser.open(&server.url(page), view);
            let found = browser.evaluate_async(&format!(
                "{axe}; axe.run().then(results => done(results.violations.map(found =>
                    [found.impact, found.id, found.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary)])))"
            ));
            assert_eq!(found, Value::Array(vec![]), "{page} {view:?}: {found:#}");
        }
    }
}

/// Writes the pictures of the README to the folder in `STATUS_PAGE_PICTURES`, if it is set.
#[test]
fn the_pages_can_be_pictured() {
    let Some(browser) = testkit::require(Browser::start()) else { return };
    let server = Server::start(Stage::usual(), &[]);
    let folder = std::env::var_os("STATUS_PAGE_PICTURES");
    let pictures: [(&str, &str, View, Option<u32>); 5] = [
        ("overview-light", "/", DESK, None),
        ("overview-dark", "/", NIGHT, None),
        ("pipeline-light", "/pipelines/openweather-current", DESK, Some(1290)),
        ("pipeline-dark", "/pipelines/openweather-current", NIGHT, Some(1290)),
        ("overview-phone", "/", PHONE, None),
    ];
    for (name, page, view, height) in pictures {
        browser.open(&server.url(page), view);
        let picture = browser.picture(view, height);
        assert!(picture.starts_with("iVBORw0KGgo"), "the signature of PNG");
        if let Some(folder) = &folder {
            write_base64(&Path::new(folder).join(format!("{name}.png")), &picture);
        }
    }
}

/// Decodes with the program `base64`, which only this test needs.
fn write_base64(path: &Path, text: &str) {
    use std::io::Write as _;

    let file = std::fs::File::create(path).unwrap();
    let mut base64 =
        commands::Essential::Base64.command().arg("-d").stdin(Stdio::piped()).stdout(file).spawn().unwrap();
    base64.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(base64.wait().unwrap().success());
}
