//! The page in a real browser, with its pictures: `target/screenshots/`.

use std::path::PathBuf;

use crate::common::browser::{Browser, CONTROL, DOWN, ENTER, ESCAPE, Window};
use crate::common::server::Server;
use crate::common::{folder_with_corpus, palpate, repository};
use serde_json::{Value, json};
use tempfile::TempDir;

const WIDE: Window = Window {
    width: 1280,
    height: 1000,
    dark: false,
    without_scripts: false,
};

/// A served corpus and a window on it; `None` where there is no browser.
struct Seen {
    browser: Browser,
    server: Server,
    _folder: TempDir,
}

impl Seen {
    fn open(test: &str, window: Window) -> Option<Seen> {
        let browser = Browser::open(test, &window)?;
        let folder = folder_with_corpus();
        let bad =
            "Zebrafish <script>document.title = 'hacked'</script>\n\nRisks\n\nZebrafish bite.\n";
        std::fs::write(folder.path().join("corpus/zebrafish.txt"), bad).expect("written");
        palpate(folder.path()).arg("index").assert().success();
        let server = Server::start(folder.path(), &[]);
        Some(Seen {
            browser,
            server,
            _folder: folder,
        })
    }

    fn goto(&self, path: &str) {
        self.browser
            .goto(&format!("http://{}{path}", self.server.address()));
    }

    fn path(&self) -> String {
        let address = self.browser.address();
        let host = format!("http://{}", self.server.address());
        address
            .strip_prefix(&host)
            .expect("it is on the server")
            .to_owned()
    }

    fn text(&self, selector: &str) -> String {
        let text = format!("return document.querySelector({selector:?})?.innerText ?? ''");
        self.browser.run(&text).as_str().expect("text").to_owned()
    }

    fn number(&self, selector: &str) -> u64 {
        let count = format!("return document.querySelectorAll({selector:?}).length");
        self.browser.run(&count).as_u64().expect("a number")
    }

    fn picture(&self, name: &str) {
        self.browser.picture(&pictures().join(name));
    }
}

fn pictures() -> PathBuf {
    repository().join("target/screenshots")
}

#[test]
fn results_come_as_one_types_and_the_address_follows() {
    let Some(seen) = Seen::open("results_come_as_one_types", WIDE) else {
        return;
    };
    seen.goto("/");
    seen.picture("start.png");
    seen.browser.press("/osteoporosis risk");
    seen.browser
        .wait_for("return document.querySelectorAll('article.hit').length === 3");
    seen.browser
        .wait_for("return location.search === '?q=osteoporosis+risk'");
    assert!(
        seen.text("#count").starts_with("3 passages"),
        "{}",
        seen.text("#count")
    );
    // Each hit says which kind of risk it speaks of, and above them is who is silent, by title.
    assert_eq!(
        seen.number("article.hit .said .kind .shape"),
        seen.number("article.hit .said .kind")
    );
    assert!(seen.number("article.hit .said .kind") >= 3);
    assert!(seen.number(".answers .quotes blockquote") >= 3);
    seen.browser
        .run("document.querySelector('.silences summary').click()");
    assert!(seen.text(".silences").contains("000_c69984d4732e6a33"));
    assert!(seen.text(".silences").contains("Zebrafish"));
    seen.browser
        .run("document.querySelector('.silences summary').click()");
    seen.picture("results.png");
    assert!(
        seen.browser
            .run("return document.title")
            .as_str()
            .is_some_and(|t| t.starts_with("osteoporosis risk"))
    );
}

#[test]
fn facets_narrow_and_the_back_button_widens() {
    let Some(seen) = Seen::open("facets_narrow", WIDE) else {
        return;
    };
    seen.goto("/?q=osteoporosis");
    let all = seen.number("article.hit");
    seen.browser.run("[...document.querySelectorAll('.facets a')].find((a) => a.textContent.startsWith('preparation')).click()");
    seen.browser
        .wait_for("return location.search.includes('aspect=preparation')");
    seen.browser
        .wait_for("return document.querySelectorAll('article.hit').length === 1");
    assert!(seen.text(".chips").contains("preparation"));
    seen.browser.back();
    seen.browser.wait_for(&format!(
        "return document.querySelectorAll('article.hit').length === {all}"
    ));
    assert_eq!(seen.path(), "/?q=osteoporosis");
}

#[test]
fn from_query_to_document_by_keyboard_alone() {
    let Some(seen) = Seen::open("by_keyboard_alone", WIDE) else {
        return;
    };
    seen.goto("/");
    seen.browser.press(&format!("{CONTROL}k"));
    assert_eq!(seen.browser.run("return document.activeElement.id"), "q");
    seen.browser.press("osteop");
    seen.browser
        .wait_for("return !document.getElementById('suggestions').hidden");
    seen.browser.press(DOWN);
    let chosen = seen
        .browser
        .run("return document.querySelector('[aria-selected=true]').dataset.text");
    seen.browser.press(ENTER);
    // Of what was typed there are hits already: those of what was chosen are waited for.
    seen.browser.wait_for(&format!(
        "return document.title.startsWith({chosen}) && document.querySelectorAll('article.hit').length > 0"
    ));
    assert_eq!(
        seen.browser
            .run("return document.getElementById('q').value"),
        chosen
    );
    seen.browser.press(ESCAPE);
    seen.browser.press(DOWN);
    seen.browser
        .wait_for("return document.activeElement.matches('.hit h2 a')");
    seen.browser.press(ENTER);
    seen.browser
        .wait_for("return location.pathname.startsWith('/documents/')");
    assert_eq!(seen.number(".passage.wanted"), 1);
    let is_seen = "const r = document.querySelector('.passage.wanted').getBoundingClientRect(); \
        return r.top < innerHeight && r.bottom > 0";
    seen.browser.wait_for(is_seen);
    seen.picture("document.png");
}

#[test]
fn slips_are_said_and_nothing_found_is_honest() {
    let Some(seen) = Seen::open("slips_are_said", WIDE) else {
        return;
    };
    seen.goto("/?q=osteoporsis");
    let said = seen.text("p.note[role=status]");
    assert!(
        said.contains("Searched for osteoporosis (typed: osteoporsis)"),
        "{said}"
    );
    // It is said before anything that was found.
    let is_first = "const said = document.querySelector('p.note[role=status]'); \
        const count = document.getElementById('count'); \
        return !!(said.compareDocumentPosition(count) & Node.DOCUMENT_POSITION_FOLLOWING)";
    assert_eq!(seen.browser.run(is_first), true);
    seen.goto("/?q=xylophone");
    assert!(
        seen.text(".empty")
            .contains("No passage in 5 documents matches “xylophone”")
    );
    seen.picture("nothing.png");
}

#[test]
fn without_scripts_all_of_it_works() {
    let window = Window {
        without_scripts: true,
        ..WIDE
    };
    let Some(seen) = Seen::open("without_scripts", window) else {
        return;
    };
    seen.goto("/?q=osteoporosis+risk");
    // WebDriver's own scripts run all the same; those of the page do not.
    assert_eq!(seen.number("article.hit"), 3);
    assert_eq!(
        seen.browser
            .run("return document.querySelector('.copy').hidden"),
        true
    );
    let link = seen
        .browser
        .run("return document.querySelector('.hit h2 a').getAttribute('href')");
    seen.goto(link.as_str().expect("an address"));
    assert_eq!(seen.number(".passage.wanted"), 1);
}

#[test]
fn texts_and_queries_run_no_scripts() {
    let Some(seen) = Seen::open("texts_and_queries_run_no_scripts", WIDE) else {
        return;
    };
    let attack = "%22%3E%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D'hacked'%22%3E";
    for path in [
        "/?q=zebrafish".to_owned(),
        "/documents/corpus%2Fzebrafish.txt?q=zebrafish".to_owned(),
        format!("/?q={attack}"),
        format!("/?q=zebrafish&source={attack}"),
    ] {
        seen.goto(&path);
        assert_ne!(
            seen.browser.run("return document.title"),
            "hacked",
            "{path}"
        );
        assert_eq!(seen.number("main img, main script"), 0, "{path}");
    }
    seen.goto("/");
    seen.browser
        .press("/zebrafish <img src=x onerror=alert(1)>");
    seen.browser
        .wait_for("return document.querySelectorAll('article.hit').length > 0");
    assert!(seen.text(".hits").contains("<script>"));
    assert_eq!(seen.number("main img"), 0);
}

#[test]
fn an_audit_leads_from_the_map_to_the_sentence_and_the_document() {
    let Some(seen) = Seen::open("an_audit_leads_from_the_map", WIDE) else {
        return;
    };
    seen.goto("/");
    seen.browser
        .run("document.querySelector('.top nav a').click()");
    seen.browser.wait_for(
        "return location.pathname === '/audit' && document.querySelector('.map') !== null",
    );
    // Without a question: the risks that most passages name, and figures side by side.
    assert!(seen.number(".map td") >= 4 * 5);
    let figures = seen.text("#figures");
    for given in [
        "a day or two",
        "24 to 48 hours",
        "$100-$250",
        "$150 to $350",
    ] {
        assert!(figures.contains(given), "{given}: {figures}");
    }
    seen.picture("audit.png");
    seen.browser
        .run("document.querySelector('.ask input[name=topic]').value = 'brittle bones'");
    seen.browser
        .run("document.querySelector('.ask button').click()");
    seen.browser
        .wait_for("return location.search.includes('topic=brittle+bones') && document.querySelector('.map') !== null");
    assert!(
        seen.text("h1").contains("osteoporosis"),
        "{}",
        seen.text("h1")
    );
    // One text and the zebrafish are silent, and folded.
    assert_eq!(seen.number(".map td .silent"), 0);
    assert!(
        seen.text(".silences summary")
            .contains("2 materials silent")
    );
    assert!(seen.number(".bars .bar rect") > 0);
    let names = "return [...document.querySelectorAll('.map td [aria-label]')]
        .map((e) => e.getAttribute('aria-label')).join('; ')";
    let names = seen.browser.run(names).to_string();
    assert!(names.contains("osteoporosis: conditional: "), "{names}");
    // From a cell to its sentence, and from there to where it stands.
    seen.browser
        .run("document.querySelector('.map td a.c').click()");
    seen.browser
        .wait_for("return document.querySelector('article:target blockquote') !== null");
    seen.browser
        .run("document.querySelector('article:target .cited a').click()");
    seen.browser
        .wait_for("return location.pathname.startsWith('/documents/')");
    assert!(
        seen.text(".passage.wanted")
            .to_lowercase()
            .contains("osteoporosis")
    );
    // What is silent can be opened, too.
    seen.goto("/audit?topic=osteoporosis");
    seen.browser
        .wait_for("return document.querySelector('.silences') !== null");
    seen.browser
        .run("document.querySelector('.silences summary').click()");
    assert!(seen.text(".silences").contains("000_c69984d4732e6a33.txt"));
    assert_eq!(seen.number(".silences a"), 2);
    // Those in a state, or with words in the title.
    seen.goto("/audit?topic=osteoporosis&state=silent");
    seen.browser
        .wait_for("return document.querySelector('.map') !== null");
    assert_eq!(seen.number(".map tbody tr"), 2);
    seen.goto("/audit?topic=osteoporosis&state=silent&words=zebra");
    seen.browser
        .wait_for("return document.querySelector('.map') !== null");
    assert_eq!(seen.number(".map tbody tr"), 1);
}

#[test]
fn hits_are_gone_through_by_keys_and_the_focus_follows() {
    let Some(seen) = Seen::open("hits_are_gone_through_by_keys", WIDE) else {
        return;
    };
    seen.goto("/documents/corpus%2F003_96130565861a7ce9.txt?q=risk");
    let hits = seen.number(".passage.hit");
    assert!(hits > 1);
    assert_eq!(seen.number(".rail a"), hits);
    // A hit is text here, and no entry of a list.
    let narrow = "return [...document.querySelectorAll('.passage.hit > p')] \
        .filter((p) => p.clientWidth < p.parentElement.clientWidth / 2).length";
    assert_eq!(seen.browser.run(narrow), 0);
    seen.browser.press("n");
    seen.browser
        .wait_for("return document.activeElement === document.querySelectorAll('.passage.hit')[0]");
    seen.browser.press("n");
    seen.browser
        .wait_for("return document.activeElement === document.querySelectorAll('.passage.hit')[1]");
    seen.browser.press("p");
    seen.browser
        .wait_for("return location.hash === '#' + document.querySelector('.passage.hit').id");
    // Contents lead to headings.
    assert!(seen.number(".contents a[href^='#h']") > 2);
    let missing = "return [...document.querySelectorAll('.contents a')]         .filter((a) => !document.getElementById(a.hash.slice(1))).length";
    assert_eq!(seen.browser.run(missing), 0);
}

#[test]
fn what_cannot_be_fetched_is_said() {
    let Some(mut seen) = Seen::open("what_cannot_be_fetched_is_said", WIDE) else {
        return;
    };
    seen.goto("/?q=osteoporosis");
    seen.server.stop();
    seen.browser.run("document.getElementById('q').focus()");
    seen.browser.press(" risk");
    seen.browser
        .wait_for("return !document.querySelector('.trouble').hidden");
    assert!(seen.text(".trouble").contains("Try again"));
    assert!(seen.number("article.hit") > 0, "what was there stays");
}

#[test]
fn a_citation_is_copied_without_a_clipboard() {
    let Some(seen) = Seen::open("a_citation_is_copied", WIDE) else {
        return;
    };
    seen.goto("/?q=osteoporosis+risk");
    // As on a clinic's own network without https.
    seen.browser
        .run("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    seen.browser.run(
        "document.querySelector('.more').open = true; document.querySelector('.copy').click()",
    );
    seen.browser
        .wait_for("return /^(Copied|Selected)/.test(document.querySelector('.copy').textContent)");
}

/// What axe-core finds wrong on a page; `None` where it is not installed.
fn axe(seen: &Seen) -> Option<Value> {
    let path = repository().join("target/axe/node_modules/axe-core/axe.min.js");
    let Ok(script) = std::fs::read_to_string(path) else {
        let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!ci, "axe-core is not installed");
        eprintln!(
            "skipped: axe-core is not installed (`npm install --prefix target/axe axe-core`)"
        );
        return None;
    };
    seen.browser.run(&format!("{script}; return true"));
    let found = seen.browser.run_later(
        "const done = arguments[arguments.length - 1]; \
         axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}) \
         .then((r) => done(r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)])))",
    );
    Some(found)
}

#[test]
fn everybody_can_use_it() {
    for dark in [false, true] {
        let window = Window { dark, ..WIDE };
        let Some(seen) = Seen::open("everybody_can_use_it", window) else {
            return;
        };
        for path in [
            "/",
            "/?q=osteoporosis+risk",
            "/?q=osteoporosis&aspect=risk",
            "/?q=xylophone",
            "/documents/corpus%2F001_1042d628ddd1fd57.txt?q=osteoporosis",
            "/documents/nothing",
            "/audit",
            "/audit?topic=osteoporosis&by=aspect",
            "/audit?topic=nonsense",
            "/tied",
            "/materials",
            "/materials?words=manual",
            "/silent?q=osteoporosis",
            "/help",
            "/api",
        ] {
            seen.goto(path);
            let is_dark = seen
                .browser
                .run("return matchMedia('(prefers-color-scheme: dark)').matches");
            assert_eq!(is_dark, dark);
            let Some(found) = axe(&seen) else { return };
            assert_eq!(found, json!([]), "{path}, dark: {dark}");
        }
        if dark {
            seen.goto("/?q=osteoporosis+risk");
            seen.picture("dark.png");
        }
    }
}

#[test]
fn it_fits_a_phone() {
    let Some(seen) = Seen::open("it_fits_a_phone", WIDE) else {
        return;
    };
    for width in [320, 390] {
        seen.browser.as_device(width, 844);
        for path in [
            "/",
            "/?q=osteoporosis+risk",
            "/documents/corpus%2F002_b719b6c7da76650d.txt",
            "/audit",
            "/tied",
            "/materials",
            "/help",
            "/api",
        ] {
            seen.goto(path);
            let wider = "return [...document.querySelectorAll('body *')] \
                .filter((e) => e.getBoundingClientRect().right > screen.width + 1 && !e.closest('.scroll, .map')) \
                .map((e) => e.outerHTML.slice(0, 80))";
            assert_eq!(seen.browser.run(wider), json!([]), "{path} at {width}");
            let wide = "return document.documentElement.scrollWidth";
            assert_eq!(seen.browser.run(wide), width, "{path}");
        }
    }
    seen.goto("/?q=osteoporosis+risk");
    // What was found stands in the part of a quotation that is shown.
    let cut = "return [...document.querySelectorAll('.snippet mark')].filter((mark) => \
        mark.getBoundingClientRect().bottom > mark.closest('.snippet').getBoundingClientRect().bottom + 1) \
        .map((mark) => mark.textContent)";
    assert_eq!(seen.browser.run(cut), json!([]));
    // What narrows the results is a sheet behind a button.
    let shown = "return getComputedStyle(document.getElementById('facets')).display";
    assert_eq!(seen.browser.run(shown), "none");
    seen.picture("phone.png");
    seen.browser
        .run("document.querySelector('.narrow').click()");
    seen.browser
        .wait_for("return document.getElementById('facets').matches(':popover-open')");
    assert_eq!(seen.browser.run(shown), "block");
    seen.picture("phone-narrow.png");
}
