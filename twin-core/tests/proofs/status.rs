//! Status: complete, partial or unknown, by what bears on the question.

use twin_core::Twin;

use crate::support::{apply, ask};

fn of(text: &str, question: &str) -> String {
    let twin = Twin::in_memory();
    apply(&twin, text);
    ask(&twin, "09:00", question).join("\n")
}

#[test]
fn status_follows_from_what_bears_on_the_question() {
    let cases = [
        ("", "status cost", "unknown"),
        ("sees Workload\nfile a", "status cost", "unknown"),
        ("sees DataStore\nfile a", "status cost", "unknown"),
        ("sees Charge\nfile a", "status cost", "complete"),
        ("sees Charge\nfile a\nsees Team ownedBy\nfile b partial", "status cost", "complete"),
        ("sees Charge\nfile a\nsees Charge\nfile b partial", "status cost", "partial b: last reading was partial: cut"),
        ("sees Workload\nfile a partial", "status blast_radius", "unknown"),
        ("sees Workload calls\nfile a", "status blast_radius", "complete"),
        ("sees Charge\nfile a at 08:01", "status cost", "complete"),
        ("sees Charge\nfile a at 07:59", "status cost", "partial a: stale: read 3660 s ago, 3600 s are allowed"),
        ("sees Charge\nfile a at 08:58", "status cost incident", "partial a: stale: read 120 s ago, 60 s are allowed"),
        ("sees Charge\nfile a at 08:59", "status cost incident", "complete"),
        ("sees Charge\nfile a at 07:00", "status cost planning", "complete"),
        ("sees Charge\nfile a at 07:00", "status cost audit", "complete"),
        ("sees Charge\nfile a", "status cost incidnt", "error: unknown profile \"incidnt\": nearest are incident"),
        ("folder .: readme\nsees Charge\nfile a", "status cost", "complete"),
    ];
    for (text, question, expected) in cases {
        assert_eq!(of(text, question), expected, "{text}");
    }
}

#[test]
fn a_folder_that_could_never_be_read_may_hold_anything() {
    let found = of("folder .: a x\nsees Charge\nfile a\nfolder x partial no permission:", "status cost");
    assert_eq!(found, "partial x: last reading was partial: no permission");
}

#[test]
fn a_reading_that_failed_is_complete_again_once_it_succeeds() {
    let twin = Twin::in_memory();
    apply(&twin, "file a\nWorkload:a");
    apply(&twin, "now 09:10\nfile a partial");
    assert!(ask(&twin, "09:10", "status find")[0].starts_with("partial"));
    apply(&twin, "now 09:20\nfile a\nWorkload:a");
    assert_eq!(ask(&twin, "09:20", "status find"), ["complete"]);
}
