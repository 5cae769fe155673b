//! Text in pictures: scanned pages and files that are pictures, read by a program of the user's.
//!
//! Most programs here are scripts of a few lines. To them the pictures are files that begin as PNG does and
//! go on with their text; pages of a PDF are told by their width, 300 dots for each inch.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str};
use serde_json::Value;
use tempfile::TempDir;

use crate::common::palpate;
use crate::common::written::archive;

/// What PNG files begin with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Notes each call, and prints the text of a picture.
const READS: &str = "echo called >> calls
case $(od -An -tu1 -j18 -N2 \"$1\" 2>/dev/null | tr -d ' \\n') in
144) printf 'Neck pain\\n\\nNot over a fracture of the\\nspine.\\n\\f' ;;
288) printf 'Back pain\\n\\nNot over osteoporosis.\\n\\f' ;;
*) tail -c +9 \"$1\" ;;
esac";

/// A folder with a corpus, and a program beside it.
fn folder(files: &[(&str, Vec<u8>)], program: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("corpus")).expect("the folder is empty");
    for (name, bytes) in files {
        fs::write(folder.path().join("corpus").join(name), bytes).expect("it can be written");
    }
    write_program(folder.path(), program);
    folder
}

fn write_program(folder: &Path, program: &str) {
    let path = folder.join("ocr");
    fs::write(&path, format!("#!/bin/sh\n{program}\n")).expect("it can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

fn picture(text: &str) -> Vec<u8> {
    [PNG, text.as_bytes()].concat()
}

/// A page of a PDF to be written.
enum Sheet {
    Text(&'static str),
    /// A picture on a page that is so many inches wide.
    Picture(f32),
}

fn pdf(sheets: &[Sheet]) -> Vec<u8> {
    // Grey, four by four.
    let dots = [128; 16];
    pdf_with(sheets, &dots, [4, 4, 8], |_| {})
}

/// A PDF whose pictures have these data, so many dots wide and high, of so many bits each.
fn pdf_with(
    sheets: &[Sheet],
    data: &[u8],
    [width, height, bits]: [i32; 3],
    about: impl Fn(&mut pdf_writer::writers::ImageXObject<'_>),
) -> Vec<u8> {
    let (catalog, tree, font, image) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
    let page_ids: Vec<Ref> = (0..sheets.len() as i32)
        .map(|n| Ref::new(10 + 2 * n))
        .collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree)
        .kids(page_ids.iter().copied())
        .count(sheets.len() as i32);
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut object = pdf.image_xobject(image, data);
    object.width(width).height(height);
    object.color_space().device_gray();
    object.bits_per_component(bits);
    about(&mut object);
    object.finish();
    for (sheet, &id) in sheets.iter().zip(&page_ids) {
        let content = Ref::new(id.get() + 1);
        let mut drawn = Content::new();
        let inches = match sheet {
            Sheet::Text(text) => {
                drawn.begin_text().set_font(Name(b"F"), 10.0);
                drawn
                    .next_line(20.0, 100.0)
                    .show(Str(text.as_bytes()))
                    .end_text();
                7.0
            }
            Sheet::Picture(inches) => {
                let wide = inches * 72.0;
                let high = wide * height as f32 / width as f32;
                drawn
                    .transform([wide, 0.0, 0.0, high, 0.0, 0.0])
                    .x_object(Name(b"I"));
                *inches
            }
        };
        pdf.stream(content, &drawn.finish());
        let high = match sheet {
            Sheet::Text(_) => 144.0,
            Sheet::Picture(inches) => inches * 72.0 * height as f32 / width as f32,
        };
        let mut page = pdf.page(id);
        page.media_box(Rect::new(0.0, 0.0, inches * 72.0, high))
            .parent(tree)
            .contents(content);
        let mut resources = page.resources();
        resources.fonts().pair(Name(b"F"), font);
        resources.x_objects().pair(Name(b"I"), image);
        resources.finish();
        page.finish();
    }
    pdf.finish()
}

fn run(folder: &Path, args: &[&str]) -> Output {
    palpate(folder).args(args).output().expect("it runs")
}

/// Exit code and all that is said of a build by a command.
fn index(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = run(folder, &[&["index", "corpus"], args].concat());
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

const OCR: [&str; 2] = ["--ocr", "./ocr {}"];

fn calls(folder: &Path) -> usize {
    fs::read_to_string(folder.join("calls"))
        .unwrap_or_default()
        .lines()
        .count()
}

/// The hits of a query: each where it stands, and whether its text was recognised.
fn found(folder: &Path, query: &str) -> Vec<(String, Value, bool)> {
    let output = run(folder, &["search", query, "--json", "--index", "index"]);
    let found: Value = serde_json::from_slice(&output.stdout).expect("--json prints JSON");
    let hits = found["hits"].as_array().expect("hits").iter();
    let hits = hits.flat_map(|hit| {
        // Equal ones are one hit.
        let also = hit["also_in"].as_array().into_iter().flatten();
        let sources = std::iter::once(&hit["source"]).chain(also);
        sources.map(|source| {
            let source = source.as_str().expect("a source").to_owned();
            (source, hit["pages"].clone(), hit["recognised"] == true)
        })
    });
    let mut hits: Vec<_> = hits.collect();
    hits.sort_by(|a, b| a.0.cmp(&b.0));
    hits
}

fn on_page(source: &str, page: u64, is_recognised: bool) -> (String, Value, bool) {
    (
        source.to_owned(),
        serde_json::json!([page, page]),
        is_recognised,
    )
}

#[test]
fn without_a_program_pictures_are_left_and_the_option_is_named() {
    let scan = pdf(&[Sheet::Picture(1.0)]);
    let mixed = pdf(&[Sheet::Text("Rest after a fracture."), Sheet::Picture(1.0)]);
    let files = [
        ("a.png", picture("Not over a fracture.")),
        ("b.txt", b"Neck pain\n\nRest helps.\n".to_vec()),
        ("c.pdf", scan),
        ("d.pdf", mixed),
        (
            "e.zip",
            archive(&[("f.png", picture("Not over a fracture.").as_slice())]),
        ),
    ];
    let folder = folder(&files, READS);
    let (code, said) = index(folder.path(), &[]);
    assert_eq!(code, Some(2));
    for part in [
        "not read: 1 picture (--ocr reads them)",
        "corpus/c.pdf: 1 page without text; --ocr reads it",
        "the first is page 2 (--ocr reads them)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(
        found(folder.path(), "fracture"),
        [on_page("corpus/d.pdf", 1, false)]
    );
    fs::remove_file(folder.path().join("corpus/c.pdf")).expect("it is there");
    fs::remove_file(folder.path().join("corpus/d.pdf")).expect("it is there");
    assert_eq!(index(folder.path(), &[]).0, Some(0));
    assert_eq!(calls(folder.path()), 0);
}

#[test]
fn a_root_with_nothing_but_pictures_names_the_option() {
    let folder = folder(&[("a.png", picture("Rest.")), ("b.mp4", vec![0])], READS);
    for (roots, said) in [
        (["corpus/a.png"], "it is a picture; --ocr reads it"),
        (["corpus"], "; --ocr reads the pictures in it"),
    ] {
        let output = run(folder.path(), &[&["index"], &roots[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains(said), "{stderr}");
    }
    fs::remove_file(folder.path().join("corpus/b.mp4")).expect("it is there");
    let (_, stderr) = index(folder.path(), &[]);
    assert!(
        stderr.contains("there are only pictures in it; --ocr reads them"),
        "{stderr}"
    );
}

#[test]
fn what_is_recognised_is_found_and_said_to_be() {
    let mixed = pdf(&[
        Sheet::Text("Rest after a fracture."),
        Sheet::Picture(1.0),
        Sheet::Picture(2.0),
    ]);
    let files = [
        ("a.pdf", mixed),
        (
            "b.png",
            picture("One page of a fax.\n\x0cA fracture was\nseen.\n\x0c"),
        ),
        (
            "c.zip",
            archive(&[("d.png", picture("No fracture.").as_slice())]),
        ),
    ];
    let folder = folder(&files, READS);
    let (code, said) = index(folder.path(), &OCR);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        found(folder.path(), "fracture"),
        [
            on_page("corpus/a.pdf", 1, false),
            on_page("corpus/a.pdf", 2, true),
            // One passage of the two.
            ("corpus/b.png".to_owned(), serde_json::json!([1, 2]), true),
            on_page("corpus/c.zip#d.png", 1, true),
        ]
    );
    // Words at the end of a line go on.
    assert_eq!(
        found(folder.path(), "\"fracture of the spine\""),
        [on_page("corpus/a.pdf", 2, true)]
    );
    let text = run(folder.path(), &["search", "fracture spine"]).stdout;
    let text = String::from_utf8_lossy(&text);
    assert!(
        text.contains("corpus/a.pdf, page 2 (recognised text)"),
        "{text}"
    );
    let csv = run(
        folder.path(),
        &["search", "osteoporosis", "--format", "csv"],
    )
    .stdout;
    let csv = String::from_utf8_lossy(&csv);
    assert!(
        csv.lines()
            .next()
            .is_some_and(|line| line.ends_with("recognised")),
        "{csv}"
    );
    assert!(
        csv.lines()
            .nth(1)
            .is_some_and(|line| line.ends_with("true")),
        "{csv}"
    );
    let ris = run(
        folder.path(),
        &["search", "osteoporosis", "--format", "ris"],
    )
    .stdout;
    assert!(String::from_utf8_lossy(&ris).contains("page 3 (recognised text)"));
    let matrix = run(folder.path(), &["audit", "osteoporosis"]).stdout;
    let matrix = String::from_utf8_lossy(&matrix);
    assert!(matrix.contains("page 3 (recognised text)"), "{matrix}");
}

#[test]
fn a_citation_of_recognised_text_is_verified() {
    let folder = folder(&[("a.png", picture("Not over a fracture.\n"))], READS);
    assert_eq!(index(folder.path(), &OCR).0, Some(0));
    let hits = run(folder.path(), &["search", "fracture", "--json"]).stdout;
    let hits: Value = serde_json::from_slice(&hits).expect("--json prints JSON");
    let id = hits["hits"][0]["id"].as_str().expect("an id");
    let cited = run(folder.path(), &["cite", id]).stdout;
    let block = String::from_utf8(cited).expect("it is text");
    assert!(
        block.contains("corpus/a.png, page 1 (recognised text) (index generation 1)"),
        "{block}"
    );
    fs::write(folder.path().join("report.txt"), &block).expect("it can be written");
    let verified = run(folder.path(), &["verify", "report.txt"]);
    assert_eq!(verified.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&verified.stdout).contains("1 unchanged"));
    // Where the program reads it otherwise, the citation has changed.
    write_program(folder.path(), "echo 'Not over an old fracture.'");
    let other = ["--ocr", "./ocr  {} --better"];
    assert_eq!(index(folder.path(), &other).0, Some(0));
    let verified = run(folder.path(), &["verify", "report.txt"]).stdout;
    assert!(String::from_utf8_lossy(&verified).contains("1 changed"));
}

#[test]
fn nothing_is_recognised_twice() {
    let scan = pdf(&[
        Sheet::Picture(1.0),
        Sheet::Picture(2.0),
        Sheet::Picture(1.0),
    ]);
    let files = [
        ("a.pdf", scan),
        ("b.png", picture("Rest helps.")),
        ("c.png", picture("Rest helps.")),
        // So much that an index is amended rather than made anew.
        ("z.txt", b"Sleep well, and long.\n\n".repeat(200)),
    ];
    let folder = folder(&files, READS);
    let path = folder.path();
    assert_eq!(index(path, &OCR).0, Some(0));
    // Equal pictures that are read at the same moment may both be.
    let first = calls(path);
    assert!((3..=5).contains(&first), "{first}");
    let (_, said) = index(path, &OCR);
    assert!(said.contains("nothing has changed"), "{said}");
    assert_eq!(index(path, &[&OCR[..], &["--force"]].concat()).0, Some(0));
    assert_eq!(calls(path), first);
    // A file that comes is read alone, and so is one that changes.
    fs::write(path.join("corpus/d.png"), picture("Walk a little.")).expect("it can be written");
    assert_eq!(index(path, &OCR).0, Some(0));
    assert_eq!(calls(path), first + 1);
    fs::rename(path.join("corpus/d.png"), path.join("corpus/e.png")).expect("it is there");
    assert_eq!(index(path, &OCR).0, Some(0));
    assert_eq!(calls(path), first + 1);
    assert_eq!(found(path, "walk"), [on_page("corpus/e.png", 1, true)]);
    // What stands in no file is forgotten.
    let kept = |path: &Path| {
        let generations = fs::read_dir(path.join("index"))
            .expect("it is there")
            .flatten();
        let last = generations
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .max();
        let texts = last.expect("a generation").join("recognised.jsonl");
        fs::read_to_string(texts)
            .expect("it is there")
            .lines()
            .count()
    };
    assert_eq!(kept(path), 2 + 3);
    fs::remove_file(path.join("corpus/e.png")).expect("it is there");
    assert_eq!(index(path, &OCR).0, Some(0));
    assert_eq!(kept(path), 2 + 2);
    assert!(!path.join("index/recognised.new").exists());
    let check = run(path, &["check", "--sources"]);
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    // By another command all is read anew, and by none nothing is.
    let other = ["--ocr", "./ocr {} --better"];
    assert_eq!(index(path, &other).0, Some(0));
    assert!(calls(path) >= first + 1 + 3);
    let (code, said) = index(path, &["--replace"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(found(path, "rest").is_empty());
}

#[test]
fn a_fault_of_the_program_is_one_of_the_file() {
    let scan = pdf(&[
        Sheet::Picture(1.0),
        Sheet::Picture(2.0),
        Sheet::Text("Rest helps."),
    ]);
    let files = [
        ("a.pdf", scan),
        ("b.png", picture("fails")),
        ("c.txt", b"Neck pain\n\nRest helps.\n".to_vec()),
        ("d.png", picture("Rest helps.")),
    ];
    let program = "case $(od -An -tu1 -j18 -N2 \"$1\" 2>/dev/null | tr -d ' \\n') in
144) echo one >&2; printf '\\033[31mno data\\n' >&2; exit 3 ;;
288) printf '\\033]0;title\\007Back \\033[1mpain\\n' ;;
*) if grep -q fails \"$1\"; then exit 1; fi; tail -c +9 \"$1\" ;;
esac";
    let folder = folder(&files, program);
    let (code, said) = index(folder.path(), &OCR);
    assert_eq!(code, Some(2));
    for part in [
        "corpus/a.pdf: page 1 was not recognised: ./ocr: exit status: 3: [31mno data\n",
        "corpus/b.png: it was not recognised: ./ocr: exit status: 1\n",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let rest = ["corpus/a.pdf", "corpus/c.txt", "corpus/d.png"];
    let sources: Vec<String> = found(folder.path(), "rest")
        .into_iter()
        .map(|hit| hit.0)
        .collect();
    assert_eq!(sources, rest);
    let hits = run(folder.path(), &["search", "back", "--json"]).stdout;
    assert!(!String::from_utf8_lossy(&hits).contains("\\u001b"));
    // Once the program works, these files are read, and no others.
    write_program(folder.path(), READS);
    let (code, said) = index(folder.path(), &OCR);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("2 changed") && said.contains("2 as before"),
        "{said}"
    );
    assert_eq!(calls(folder.path()), 2);
    let passage = ("corpus/a.pdf".to_owned(), serde_json::json!([1, 3]), true);
    assert_eq!(found(folder.path(), "fracture"), [passage]);
}

#[test]
fn a_program_that_has_no_end_is_ended() {
    let files = [
        ("a.png", picture("sleeps")),
        ("b.png", picture("prints")),
        ("c.png", picture("closes")),
        ("d.txt", b"Neck pain\n\nRest helps.\n".to_vec()),
    ];
    // What it begins is ended with it.
    let program = "if grep -q sleeps \"$1\"; then sh -c 'echo $$ > pid; sleep 600'; fi
if grep -q prints \"$1\"; then yes; fi
exec >&-
sleep 600";
    let folder = folder(&files, program);
    let begun = Instant::now();
    let (code, said) = index(folder.path(), &["--ocr", "./ocr", "--ocr-seconds", "2"]);
    assert_eq!(code, Some(2));
    assert!(
        begun.elapsed() < Duration::from_secs(300),
        "it waited for the program"
    );
    for part in [
        "corpus/a.png: it was not recognised: ./ocr: it took longer than 2 s (--ocr-seconds)",
        "corpus/b.png: it was not recognised: ./ocr: it printed more than 4 MB",
        "corpus/c.png: it was not recognised: ./ocr: it took longer than 2 s (--ocr-seconds)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let pid = fs::read_to_string(folder.path().join("pid")).expect("it was begun");
    let is_there = || {
        let state = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        // One that nobody has asked after is a zombie.
        !state.is_empty() && !state.contains(") Z ")
    };
    let patience = Instant::now();
    while is_there() {
        assert!(
            patience.elapsed() < Duration::from_secs(20),
            "{pid} goes on"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_time_of_the_program_is_none_of_the_file() {
    let folder = folder(
        &[("a.png", picture("Rest helps."))],
        &format!("sleep 6\n{READS}"),
    );
    let (code, said) = index(folder.path(), &[&OCR[..], &["--max-seconds", "3"]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        found(folder.path(), "rest"),
        [on_page("corpus/a.png", 1, true)]
    );
}

#[test]
fn a_command_that_cannot_be_run_is_said_before_anything_is_built() {
    let folder = folder(&[("a.png", picture("Rest."))], READS);
    let path = folder.path();
    fs::write(path.join("notes"), "mine").expect("it can be written");
    for (command, cause) in [
        ("no-such-program {}", "there is no program no-such-program"),
        ("./no-such-program", "there is no program ./no-such-program"),
        ("./corpus {}", "./corpus is a folder"),
        ("./notes {}", "./notes is not allowed to be run"),
        ("./ocr 'x", "a quotation mark is left open"),
        ("", "it names no program"),
    ] {
        for command in [
            ["index", "corpus", "--ocr", command],
            ["passages", "corpus/a.png", "--ocr", command],
        ] {
            let output = run(path, &command);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
            assert!(said.contains(cause), "{cause}: {said}");
        }
    }
    assert!(!path.join("index").exists());
    let shown = run(path, &["passages", "corpus/a.png", "--ocr", "./ocr"]);
    assert!(
        String::from_utf8_lossy(&shown.stdout).contains("page 1 (recognised text)"),
        "{shown:?}"
    );
    let shown = run(path, &["passages", "corpus/a.png"]);
    assert!(
        String::from_utf8_lossy(&shown.stderr).contains("a picture; --ocr reads it"),
        "{shown:?}"
    );
}

#[test]
fn a_build_that_is_stopped_has_not_worked_for_nothing() {
    let files = [
        ("a.png", picture("Rest helps.")),
        ("b.png", picture("blocks")),
    ];
    let program = format!("if grep -q blocks \"$1\"; then sleep 600; fi\n{READS}");
    let folder = folder(&files, &program);
    let path = folder.path();
    let mut build = Command::new(env!("CARGO_BIN_EXE_palpate"))
        .current_dir(path)
        .args(["index", "corpus", "--index", "index", "--ocr", "./ocr {}"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let journal = path.join("index/recognised.new");
    let patience = Instant::now();
    while !fs::read_to_string(&journal).is_ok_and(|text| text.contains("Rest helps.")) {
        assert!(
            patience.elapsed() < Duration::from_secs(300),
            "nothing was recognised"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    build.kill().expect("it is there");
    build.wait().expect("it has ended");
    assert_eq!(calls(path), 1);
    write_program(path, READS);
    let (code, said) = index(path, &OCR);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(calls(path), 2, "only what was not recognised before");
    assert!(!journal.exists());
}

#[test]
fn a_picture_that_is_larger_than_a_machine_is_not_drawn() {
    let scan = pdf_with(
        &[Sheet::Picture(1.0)],
        &[0; 16],
        [1_000_000, 1_000_000, 8],
        |_| {},
    );
    let folder = folder(&[("a.pdf", scan)], READS);
    let (code, said) = index(folder.path(), &OCR);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("a picture in it takes more than 512 MB"),
        "{said}"
    );
    assert_eq!(calls(folder.path()), 0);
}

/// A scanned page, of one bit a dot.
const SCAN: &[u8] = include_bytes!("scan.png");

/// The data of a PNG file, as a PDF may have them.
fn png_data(png: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut rest = &png[PNG.len()..];
    while let [a, b, c, d, kind @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        if kind.starts_with(b"IDAT") {
            data.extend(&kind[4..4 + length]);
        }
        rest = &kind[4 + length + 4..];
    }
    data
}

#[test]
fn tesseract_reads_a_scanned_page() {
    if Command::new("tesseract").arg("--version").output().is_err() {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        let test = "tesseract_reads_a_scanned_page";
        assert!(!ci, "{test}: there is no tesseract");
        eprintln!("skipped {test}: there is no tesseract");
        return;
    }
    let scan = pdf_with(
        &[Sheet::Picture(5.0)],
        &png_data(SCAN),
        [1000, 420, 1],
        |image| {
            image.filter(Filter::FlateDecode);
            let mut parameters = image.decode_parms();
            parameters.predictor(pdf_writer::types::Predictor::PngOptimum);
            parameters.colors(1).bits_per_component(1).columns(1000);
        },
    );
    let folder = folder(&[("a.pdf", scan), ("b.png", SCAN.to_vec())], READS);
    let (code, said) = index(folder.path(), &["--ocr", "tesseract {} - -l eng"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        found(
            folder.path(),
            "\"patients with osteoporosis\" fracture blood thinners"
        ),
        [
            on_page("corpus/a.pdf", 1, true),
            on_page("corpus/b.png", 1, true)
        ]
    );
    let matrix = run(folder.path(), &["audit", "osteoporosis", "--json"]).stdout;
    assert!(String::from_utf8_lossy(&matrix).contains("\"recognised\":true"));
}
