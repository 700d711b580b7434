//! probe
use twin_connectors::{ScanOptions, scan};
use twin_core::{At, Twin, base::Timestamp};
fn main() -> twin_core::base::Result<()> {
    let root = std::env::args().nth(1).unwrap_or_else(|| "examples/estate".to_owned());
    let now = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
    let s = scan(root, &ScanOptions { name: Some("shop".into()), ..ScanOptions::default() })?;
    println!("{}", s.report);
    let twin = Twin::in_memory();
    let r = twin.apply(s.batches, now)?;
    println!("{} {} {} {} rev {}", r.applied, r.duplicate, r.late, r.rejected, r.revision);
    let snap = twin.snapshot(At::now(now));
    for n in snap.nodes() {
        let e = snap.entity(n);
        println!("{} {} {} {:?} comp {:?} recs {}", n.0, e.kind, e.name, e.placement, e.component, e.records.len());
    }
    for e in snap.edges() {
        println!("{} -{}{}-> {} {:?} {:.2}", snap.entity(e.from).name, e.edge.relation, e.edge.variant.as_deref().map(|v| format!("/{v}")).unwrap_or_default(), snap.entity(e.to).name, e.edge.perspectives, e.edge.confidence);
    }
    std::fs::create_dir_all("out").ok(); std::fs::write("out/tour.html", twin_core::wire::page(&snap, "Quillmere")).unwrap(); std::fs::write("out/m.mmd", twin_core::wire::mermaid(&snap)).unwrap();
    for u in &snap.pages().unresolved { println!("UNRES {:?}", u); }
    for (a, b, v) in &snap.pages().verdicts { println!("{} {a} {b} {} {}", v.merged, v.reason, v.score.score); }
    Ok(())
}
