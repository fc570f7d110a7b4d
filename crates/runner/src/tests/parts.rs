//! Answers that are remembered until their use fails, and a past that is read in parts.

use super::*;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0:?}")]
struct Refusal(fault::Kind);

impl fault::Fault for Refusal {
    fn kind(&self) -> fault::Kind {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_whose_use_fails_is_asked_for_again() {
    let (run, _folder) = run(&[]);
    let (cell, asked) = (Cell::new(1), Cell::new(0));
    let ask = async || {
        asked.set(asked.get() + 1);
        Ok::<_, Refusal>(cell.get())
    };
    let read = async |kind: fault::Kind| {
        let make_use = async |answer: &i32| if *answer == cell.get() { Ok(()) } else { Err(Refusal(kind)) };
        run.use_remembered("cell", Duration::MAX, ask, make_use).await
    };
    assert_eq!(read(fault::Kind::Configuration).await, Ok((1, ())));
    assert_eq!((read(fault::Kind::Configuration).await, asked.get()), (Ok((1, ())), 1), "it is remembered");
    cell.set(2);
    // The answer is not to blame for a service that is away.
    assert_eq!(read(fault::Kind::Temporary).await, Err(Refusal(fault::Kind::Temporary)));
    assert_eq!((read(fault::Kind::Configuration).await, asked.get()), (Ok((2, ())), 2));
    assert_eq!((read(fault::Kind::Configuration).await, asked.get()), (Ok((2, ())), 2));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_stays_the_same_is_used_once() {
    let (run, _folder) = run(&[]);
    let uses = Cell::new(0);
    let make_use = async |_: &i32| {
        uses.set(uses.get() + 1);
        Err::<(), _>(Refusal(fault::Kind::Rejected))
    };
    let outcome = run.use_remembered("cell", Duration::MAX, async || Ok(1), make_use).await;
    assert_eq!((outcome, uses.get()), (Err(Refusal(fault::Kind::Rejected)), 1));
}

const HOUR: Duration = Duration::from_hours(1);

/// A window of three hours since 1970.
fn three_hours() -> Window {
    Window { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH + 3 * HOUR }
}

#[tokio::test(start_paused = true)]
async fn the_present_is_one_piece_of_work_and_the_past_several() {
    let (run, _folder) = run(&[]);
    run.each_window(HOUR, async |window| run.load(&[level(0.4)]).await.map(|()| assert_eq!(window, None)))
        .await
        .unwrap();
    assert_eq!(stored(&run), 1);
    let (run, _folder) = run_over(Some(three_hours()), &[]);
    let work =
        async |window: Option<Window>| run.load(&[Level { at: window.unwrap().since, level: 0.4 }]).await;
    run.each_window(HOUR, work).await.unwrap();
    assert_eq!(stored(&run), 3);
    assert_eq!(run.context.progress.position(), ", window 3 of 3");
}

#[tokio::test(start_paused = true)]
async fn bad_data_of_one_part_of_the_past_keeps_no_other_from_being_read() {
    let (run, _folder) = run_over(Some(three_hours()), &[]);
    let work = async |window: Option<Window>| {
        let is_bad = window.unwrap().since == Timestamp::UNIX_EPOCH;
        run.transform(if is_bad { Err(NoAnswer("Eton")) } else { Ok(()) })?;
        run.load(&[level(0.4)]).await
    };
    let failure = run.each_window(HOUR, work).await.unwrap_err();
    assert_eq!((failure.exit(), stored(&run)), (Exit::Data, 2));
    let expected = "1970-01-01T00:00:00Z to 1970-01-01T01:00:00Z: no answer from Eton";
    assert_eq!(failure.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_away_ends_the_past_and_it_is_said_where_to_go_on() {
    let (run, _folder) = run_over(Some(three_hours()), &[]);
    let count = Cell::new(0);
    let work = async |window: Option<Window>| {
        count.set(count.get() + 1);
        let is_early = window.unwrap().since == Timestamp::UNIX_EPOCH;
        // One of two stations answers.
        let ask = async |name| if is_early || name == "Eton" { Ok(()) } else { Err(NoAnswer(name)) };
        run.extract_each(["Windsor", "Eton"], ask).await?;
        run.load(&[level(0.4)]).await
    };
    let failure = run.each_window(HOUR, work).await.unwrap_err();
    assert_eq!((failure.exit(), stored(&run), count.get()), (Exit::Temporary, 2, 2));
    assert_eq!(
        failure.to_string(),
        "1970-01-01T01:00:00Z to 1970-01-01T02:00:00Z: Windsor: no answer from Windsor; \
         go on with --since 1970-01-01T01:00:00Z"
    );
    assert_eq!(run.context.progress.result(Ok(())), Ok(()), "it is not told twice");
}
