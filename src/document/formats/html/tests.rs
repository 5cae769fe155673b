use super::*;
use crate::document::formats::shown;

fn read(html: impl Into<Vec<u8>>) -> Document {
    let mut documents = Vec::new();
    HTML.read(
        "page.html",
        Part::whole(html),
        &Allowance::default(),
        &mut |document| documents.push(document),
    )
    .expect("every page can be read");
    documents.remove(0)
}

#[test]
fn the_structure_of_a_page() {
    let page = "<!doctype html>\n<title>Site</title><style>p { color: red }</style>\n\
        <nav><a href=/>Home</a></nav>\n<h1>Neck\npain</h1>\n<p>Rest <b>helps</b>\nmost people.\n\
        <script>if (a<b) {}</script>\n<h2>Is it safe?</h2><p>Tell us if you:<ul><li>have \
        <i>osteo</i>porosis\n<li><p>are pregnant</p></ul>\n<ol start=3><li>Stop</ol>\
        <table><tr><th>Age<th>Dose\n<tr><td>1<td>5&nbsp;mg</table>\n\
        <p hidden>secret</p><footer>Imprint</footer>";
    let document = read(page);
    assert_eq!(document.title(), "Neck pain");
    assert_eq!(
        shown(&document),
        [
            "3-3 furniture: Home",
            "4-5 title: Neck pain",
            "6-7 paragraph: Rest helps most people.",
            "9-9 question: Is it safe?",
            "9-9 paragraph: Tell us if you:",
            "9-9 list item: • have osteoporosis",
            "10-10 list item: • are pregnant",
            "11-11 list item: 3. Stop",
            "11-11 table header: Age\tDose",
            "12-12 table row: 1\t5 mg",
            "13-13 furniture: secret",
            "13-13 furniture: Imprint",
        ]
    );
}

/// What of a page is text, with a long one beside it.
fn kept(around: &str) -> Vec<String> {
    let text = "The knee is a joint like any other and is moved slowly. ".repeat(30);
    let document = read(format!("<h1>Knee</h1><div><p>{text}</p></div>{around}"));
    let shown = shown(&document);
    let of_text = ["furniture: ", "title: ", "The knee is"];
    let kept = shown.iter();
    kept.filter(|line| !of_text.iter().any(|part| line.contains(part)))
        .cloned()
        .collect()
}

#[test]
fn what_stands_around_the_text_is_furniture() {
    let teaser = |n| format!("<li><h3><a href={n}>Page {n}</a></h3><p>On the elbow.</p>");
    let teasers: String = (0..4).map(teaser).collect();
    let teasers = format!("<ul>{teasers}</ul>");
    for around in [
        "<div class='share-buttons'><p>Send it to a friend</div>",
        "<section id=relatedPosts><h2>More</h2><p>All of the hip</section>",
        "<div class='x comments--y'><p>My knee is fine</div>",
        "<div><a href=a>Hip</a> <a href=b>Elbow</a> <a href=c>Foot</a></div>",
        &teasers,
    ] {
        assert_eq!(kept(around), [""; 0], "{around}");
    }
}

#[test]
fn what_could_warn_is_text_wherever_it_stands() {
    for (around, count) in [
        (
            "<div class=newsletter><p>Do not use it over a plate</div>",
            1,
        ),
        (
            "<div class=promo><p>Our mugs</p><p>WARNING: it burns</p></div>",
            1,
        ),
        (
            "<ul><li><a href=a>Hip</a><li><a href=b>Never with gout</a><li><a href=c>Foot</a></ul>",
            1,
        ),
        ("<aside class=sidebar><p>Ask us first.</aside>", 1),
        ("<div class=address><p>Knee Street 1</div>", 1),
        ("<div id=follow-up><p>Come again in May</div>", 1),
        ("<section id=recommendations><p>Move it daily</section>", 1),
        (
            "<div class='elementor-widget elementor-widget-text-editor'><p>Rest it</div>",
            1,
        ),
        ("<h2 id=share>What we share</h2><p>A lift</p>", 2),
        (
            "<p>See <a href=a>the hip</a> and <a href=b>the foot</a>.",
            1,
        ),
    ] {
        assert_eq!(kept(around).len(), count, "{around}: {:?}", kept(around));
    }
    // A link around boxes has words that are none on the page.
    let page = read("<a href=a><div><ul><li>Hip<li>Elbow<li>Foot</ul></div></a>");
    assert!(shown(&page).iter().any(|line| line.contains("Elbow")));
    // A page of links is what it is.
    let links = "<ul><li><a href=a>Hip</a><li><a href=b>Elbow</a><li><a href=c>Foot</a></ul>";
    let page = read(format!("<h1>Leaflets</h1>{links}"));
    assert_eq!(
        shown(&page)
            .iter()
            .filter(|line| line.contains("list item"))
            .count(),
        3
    );
}

#[test]
fn outside_of_the_part_that_says_it_is_the_text_only_warnings_are() {
    let text = "The knee is a joint like any other and is moved slowly. ".repeat(14);
    let page = |class: &str| {
        let body = format!("<div class='{class}'><p>{text}</p></div>");
        let note = "Made by the ward for all who have a new knee and for those who help them at home in the first weeks.";
        format!(
            "<div>Ward</div><article><h1>Knee</h1><p>What you can do at home in eight steps.</p>{body}\
             <p>{note}</p><p>Ask us</p></article>\
             <div><p>Hip days</p><p>Do not kneel</p><ul><li><a href=a>Pregnancy</a></ul></div>"
        )
    };
    let kept = |class| {
        let document = read(page(class));
        let blocks = document.blocks().iter();
        let kept = blocks.filter(|block| block.kind != BlockKind::Furniture);
        let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        kept.map(|block| first(document.block_text(block)))
            .collect::<Vec<_>>()
    };
    assert_eq!(kept("article-body"), ["Knee", "What", "The", "Made", "Do"]);
    assert_eq!(kept("x"), ["Knee", "What", "The", "Made", "Ask", "Do"]);
}

#[test]
fn readers_do_not_warn() {
    for around in [
        "<ol class=comment-list><li>Never do this</ol>",
        "<div id=cookie-banner><p>We do not sell what we know</div>",
        "<section class=sidebar><p>Our <a href=a>hip</a>, <a href=b>foot</a> and <a href=c>arm</a> days and all of our ways</section>",
    ] {
        assert_eq!(kept(around), [""; 0], "{around}");
    }
    let sidebar = "<section class=sidebar><p>Do not kneel</p><a href=a>Hip</a> <a href=b>Foot</a> <a href=c>Arm</a></section>";
    assert_eq!(kept(sidebar), ["1-1 paragraph: Do not kneel"]);
    // "Comments on doses" is a section of a leaflet.
    assert_eq!(
        kept("<section id=comments-on-doses><p>Never double it</section>").len(),
        1
    );
}

#[test]
fn a_gallery_says_everything_once() {
    let caption = "<p>The knee as it is seen from the side</p>";
    assert_eq!(
        kept(&format!("<div class=gallery>{caption}{caption}</div>")).len(),
        1
    );
    assert_eq!(kept(&format!("<div>{caption}{caption}</div>")).len(), 2);
}

#[test]
fn pictures_say_what_nothing_else_says() {
    let text = |html: &str| read(html).text().trim().to_owned();
    assert_eq!(
        text("<p>A<p><img alt='A knee seen from the side'>"),
        "A\n\nA knee seen from the side"
    );
    assert_eq!(text("<p>A<p><img alt='Knee'><img alt='IMG 1'>"), "A");
    assert_eq!(text("<p>A<p><img alt='Do not kneel'>"), "A\n\nDo not kneel");
    let captioned = "<img alt='A knee seen from the side'><p>A knee seen from the side";
    assert_eq!(text(captioned), "A knee seen from the side");
    assert_eq!(
        text("<p>A<p><a href=b><img alt='A hip seen from the side'></a>"),
        "A"
    );
    let signs = "<table><tr><th>Age<th>Use<tr><td>5<td><img alt=yes></table>";
    assert!(text(signs).contains("5\tyes"));
}

#[test]
fn around_the_main_text_all_is_furniture_but_the_title() {
    let page = "<div>Teaser of another page</div><h1>Title</h1><main><p>One two three four five \
        six seven eight nine ten.</main><div>More to read</div>";
    let kinds: Vec<_> = shown(&read(page));
    assert_eq!(kinds[0], "1-1 furniture: Teaser of another page");
    assert_eq!(kinds[1], "1-1 title: Title");
    assert!(kinds[2].contains("paragraph: One"), "{kinds:?}");
    assert_eq!(kinds[3], "1-1 furniture: More to read");
    let site = "<h1>Site</h1><main><h2>Page</h2><p>One two three four five.</main>";
    assert_eq!(read(site).title(), "Page");
    let small = "<main>Loading</main><p>One two three four five six seven.</p>";
    assert!(shown(&read(small))[1].contains("paragraph: One"));
}

#[test]
fn tables_that_arrange_a_page_are_read_through() {
    let page = "<table><tr><td><h2>Risks</h2><p>Rare.</p><td><table><tr><td>a<td>b</table></table>";
    let blocks = shown(&read(page));
    assert_eq!(blocks[0], "1-1 title: Risks");
    assert_eq!(blocks[1], "1-1 paragraph: Rare.");
    assert_eq!(blocks[2], "1-1 table row: a\tb");
}

#[test]
fn what_stands_in_a_table_but_in_no_cell_comes_before_it() {
    let page = "<!doctype html><p>Rest.<table>Never <b>with</b> fractures.<tr><td>a<td>b</table>";
    let blocks = shown(&read(page));
    assert_eq!(blocks[0], "1-1 paragraph: Rest.");
    assert_eq!(blocks[1], "1-1 paragraph: Never with fractures.");
    assert_eq!(blocks[2], "1-1 table row: a\tb");
}

#[test]
fn a_list_of_links_is_a_menu_only_above_all_headings() {
    let list = "<ul><li><a href=x>Osteoporosis</a><li><a href=y>Fracture</a></ul>";
    let page = format!("{list}<h1>Never treat</h1><p>With:{list}");
    let kinds: Vec<_> = read(page).blocks().iter().map(|block| block.kind).collect();
    assert_eq!(
        kinds,
        [
            BlockKind::Furniture,
            BlockKind::Furniture,
            BlockKind::Heading { level: 1 },
            BlockKind::Paragraph,
            BlockKind::item(0),
            BlockKind::item(0),
        ]
    );
}

#[test]
fn two_line_breaks_part_paragraphs() {
    let document = read("<h1>T</h1>One<br>two<br><br>three");
    assert_eq!(document.text(), "T\n\nOne\ntwo\n\nthree\n");
    assert_eq!(document.blocks().len(), 3);
}

#[test]
fn an_accordion_is_a_question_with_its_answer() {
    let page = "<h1>T</h1><h2>FAQ</h2><details><summary>Is it safe?</summary>Mostly.</details>";
    let document = read(page);
    assert!(matches!(
        document.blocks()[2].kind,
        BlockKind::Question { level: 3 }
    ));
    assert_eq!(shown(&document)[3], "1-1 paragraph: Mostly.");
}

#[test]
fn encodings_are_declared_or_guessed() {
    let declared = b"<html><meta charset='iso-8859-7'><p>\xe1\xe2".to_vec();
    assert!(read(declared).text().contains("αβ"));
    let header = b"<meta http-equiv=content-type content=\"text/html; charset=windows-1252\"><p>caf\xe9 \x96";
    assert!(read(header.to_vec()).text().contains("café –"));
    assert!(read("<p>café".as_bytes()).text().contains("café"));
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let deep = "<div>".repeat(100_000);
    let allowance = Allowance::default();
    let result = HTML.read("a.html", Part::whole(deep), &allowance, &mut |_| {});
    assert!(matches!(result, Err(ReadError::Nested { limit: 512 })));
}
