mod support;
use std::path::Path;
#[test]
fn probe() {
    let file = std::env::var("PROBE").unwrap();
    for (python, version) in support::pythons() {
        let began = std::time::Instant::now();
        match support::hear(&support::request_of(&python, Path::new(&file), &[])) {
            Ok(heard) => {
                let took = began.elapsed();
                let steps = heard.trace.steps().count();
                let mut depth = 0i64;
                let mut least = 0;
                let mut kinds = std::collections::BTreeMap::new();
                let mut depths = std::collections::BTreeMap::<u16, i64>::new();
                for e in &heard.trace.entries {
                    if let evalody::trace::Entry::Mark(m) = e {
                        let k = format!("{:?}", m.kind);
                        let k = k.split(['(', ' ']).next().unwrap().to_owned();
                        let d = match k.as_str() {
                            "Called" | "Resumed" => 1,
                            "Returned" | "Yielded" | "Unwound" => -1,
                            _ => 0,
                        };
                        *depths.entry(m.thread).or_default() += d;
                        depth += d;
                        least = least.min(depth);
                        *kinds.entry(k).or_insert(0) += 1;
                    }
                }
                let known = heard.trace.steps().all(|s| heard.trace.codes[s.code.index()].at(s.offset).is_some());
                println!(
                    "{version:?} {:?} status {:?} steps {steps} in {took:?} depths {depths:?} least {least} known {known} {kinds:?}",
                    heard.outcome, heard.status
                );
                if std::env::var("SHOW").is_ok() {
                    println!("{}\n{}", heard.stdout, heard.stderr);
                }
            }
            Err(e) => println!("{version:?} error {e}"),
        }
    }
}
