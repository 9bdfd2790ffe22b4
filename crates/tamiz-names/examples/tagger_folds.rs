use std::collections::BTreeMap;
use tamiz_core::NameType;
use tamiz_names::build::{Marked, find, train};

struct Text { marked: Marked, scored: Vec<(usize, usize, NameType)>, ignore: Vec<(usize, usize)>, group: String, fold: usize }

fn digest(s: &str) -> u64 { s.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)).rotate_left(29).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40 }

fn main() {
    let env = |k: &str, d: &str| std::env::var(k).unwrap_or(d.into());
    let folds: usize = env("FOLDS", "2").parse().unwrap();
    let without = env("WITHOUT", "-");
    let show = env("SHOW", "-");
    let mut texts = Vec::new();
    for path in std::env::args().skip(1) {
        let set = path.rsplit('/').next().unwrap().replace("_dev.jsonl", "");
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let v: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = v["text"].as_str().unwrap().to_string();
            let mut offsets: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            offsets.push(text.len());
            let id = v["id"].as_str().unwrap();
            let parts: Vec<&str> = id.split('-').collect();
            let unit = if parts[0] == "uner" { parts[2].to_string() } else {
                let n: usize = parts[parts.len() - 1].parse().unwrap_or(0);
                if set.contains("conll") { n.to_string() } else { format!("{}-{}", parts[1], n / 40) } };
            let mut names = Vec::new(); let mut scored = Vec::new(); let mut ignore = Vec::new();
            let at = |x: &serde_json::Value, k: usize| offsets[x[k].as_u64().unwrap() as usize];
            for s in v["spans"].as_array().unwrap() {
                let t = match s[2].as_str().unwrap() { "PER" => NameType::Person, "LOC" => NameType::Place, _ => NameType::Organization };
                names.push((at(s, 0), at(s, 1), t));
                if t == NameType::Organization { ignore.push((at(s, 0), at(s, 1))); } else { scored.push((at(s, 0), at(s, 1), t)); }
            }
            for s in v["ignore"].as_array().map(|a| a.as_slice()).unwrap_or(&[]) { ignore.push((at(s, 0), at(s, 1))); }
            names.sort_by_key(|n| n.0);
            let lang = v["lang"].as_str().unwrap();
            let group = format!("{}.{lang}", set.replace("detect_", ""));
            texts.push(Text { marked: Marked { text, names }, scored, ignore, group, fold: digest(&unit) as usize % folds });
        }
    }
    let all: Vec<&Marked> = texts.iter().map(|t| &t.marked).collect();
    let base = find(&all, None);
    let mut tagged = base.clone();
    for fold in 0..folds {
        let set: Vec<&Marked> = texts.iter().filter(|t| t.fold != fold && !t.group.contains(&without)).map(|t| &t.marked).collect();
        let learned = train(&set);
        let test: Vec<usize> = (0..texts.len()).filter(|&i| texts[i].fold == fold).collect();
        let marked: Vec<&Marked> = test.iter().map(|&i| &texts[i].marked).collect();
        for (i, names) in test.iter().zip(find(&marked, Some(&learned))) { tagged[*i] = names; }
    }
    if let Ok(path) = std::env::var("WRITE") { std::fs::write(path, train(&all)).unwrap(); }
    let mut groups: BTreeMap<&str, [[u32; 3]; 4]> = BTreeMap::new();
    let mut errors: BTreeMap<String, u32> = BTreeMap::new();
    for (i, t) in texts.iter().enumerate() {
        let counts = groups.entry(&t.group).or_default();
        for (which, found) in [&base[i], &tagged[i]].into_iter().enumerate() {
            for typed in [0, 1] {
                let mut left = t.scored.clone();
                let c = &mut counts[which * 2 + typed];
                for f in found {
                    if typed == 1 && f.2 == NameType::Organization { continue; }
                    if let Some(k) = left.iter().position(|g| g.0 == f.0 && g.1 == f.1 && (typed == 0 || g.2 == f.2)) { left.remove(k); c[0] += 1; }
                    else if !t.ignore.iter().any(|g| f.0 < g.1 && g.0 < f.1) { c[1] += 1;
                        if which == 1 && typed == 0 && t.group.contains(&show) { *errors.entry(format!("EXTRA {:?} {}", f.2, &t.marked.text[f.0..f.1])).or_default() += 1; println!("EXTRA {:?}\t{}\t| {}", f.2, &t.marked.text[f.0..f.1], t.marked.text); } }
                }
                c[2] += left.len() as u32;
                if which == 1 && typed == 0 && t.group.contains(&show) { for l in &left { println!("MISS {:?}\t{}\t| {}", l.2, &t.marked.text[l.0..l.1], t.marked.text); } }
            }
        }
    }
    let f1 = |c: &[u32; 3]| 2.0 * f64::from(c[0]) / f64::from(2 * c[0] + c[1] + c[2]).max(1.0);
    let pr = |c: &[u32; 3]| (f64::from(c[0]) / f64::from(c[0] + c[1]).max(1.0), f64::from(c[0]) / f64::from(c[0] + c[2]).max(1.0));
    println!("{:28} rules unt typ | tagged unt typ   (P R untyped rules / tagged)", "group");
    for (g, c) in &groups {
        let (a, b) = (pr(&c[0]), pr(&c[2]));
        println!("{g:28} {:.3} {:.3} | {:.3} {:.3}   {:.3} {:.3} / {:.3} {:.3}", f1(&c[0]), f1(&c[1]), f1(&c[2]), f1(&c[3]), a.0, a.1, b.0, b.1);
    }
}
