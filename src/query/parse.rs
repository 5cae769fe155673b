//! The query language: from text to clauses, and to the structure they stand in.
//!
//! ```text
//! level   = operand { [ "AND" | "OR" | "NOT" ] operand }
//! operand = [ "+" | "-" ] [ field ":" ] ( "(" level ")" | phrase | prefix | word ) [ "[" tag "]" ]
//! ```
//!
//! AND binds tighter than OR, and OR tighter than standing side by side: as in Lucene, where words
//! without an operator may each match or not. PubMed reads from left to right; where that makes a
//! difference, a note says how the query was read. NOT and a minus exclude from the whole level they
//! stand in, as in both. A level is a recursive step, and levels are nested [`MAX_DEPTH`] deep at most.

use super::correct::{Correction, DidYouMean};
use crate::analysis;

/// Whether a clause has to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occur {
    /// May match; the more of these do, the better.
    Should,
    /// Has to match.
    Must,
    /// Must not match.
    Not,
}

/// Where a clause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Title, headings and text.
    Anywhere,
    Title,
    Heading,
    /// The path of the source.
    Source,
}

impl Scope {
    fn named(name: &str) -> Option<Scope> {
        match name {
            "title" => Some(Scope::Title),
            "heading" | "headings" => Some(Scope::Heading),
            "source" => Some(Scope::Source),
            _ => None,
        }
    }
}

/// What a clause looks for, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    Words(String),
    Phrase(String),
    /// The beginning of a word, without the `*`.
    Prefix(String),
}

/// One part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What the clause does in the query as a whole: what may be left out by another part of it
    /// is [`Occur::Should`].
    pub occur: Occur,
    pub scope: Scope,
    pub pattern: Pattern,
    /// Whether it stands in parentheses, or is joined to others, so that only [`Query::filter`] says
    /// what it demands.
    pub nested: bool,
}

/// What a group is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryNode {
    /// The place of a clause in [`Query::clauses`].
    Clause(usize),
    Group(QueryGroup),
}

impl QueryNode {
    fn is_phrase(&self, clauses: &[Clause]) -> bool {
        let pattern = |at: &usize| &clauses[*at].pattern;
        matches!(self, QueryNode::Clause(at) if matches!(pattern(at), Pattern::Phrase(_)))
    }
}

/// A level of a query. It matches what all of `must` match, or if there are none any of `should`,
/// and none of `not`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryGroup {
    pub must: Vec<QueryNode>,
    pub should: Vec<QueryNode>,
    pub not: Vec<QueryNode>,
}

impl QueryGroup {
    fn is_empty(&self) -> bool {
        self.must.is_empty() && self.should.is_empty() && self.not.is_empty()
    }

    fn nodes(&self) -> impl Iterator<Item = &QueryNode> {
        self.must.iter().chain(&self.should).chain(&self.not)
    }

    fn has_groups(&self) -> bool {
        self.nodes().any(|node| matches!(node, QueryNode::Group(_)))
    }

    /// Whether a phrase is one of several things that may match.
    fn has_phrase_for_choice(&self, clauses: &[Clause]) -> bool {
        self.should.len() > 1 && self.should.iter().any(|node| node.is_phrase(clauses))
    }

    /// The group that is all there is in this one, if there is such; else the group itself. One that has a
    /// phrase for a choice stays a group: by itself a phrase is demanded, and there it is not.
    fn unwrapped(mut self, clauses: &[Clause]) -> QueryGroup {
        loop {
            let only = match (&mut self.must[..], &mut self.should[..], &self.not[..]) {
                ([QueryNode::Group(group)], [], []) | ([], [QueryNode::Group(group)], []) => group,
                _ => return self,
            };
            if only.has_phrase_for_choice(clauses) {
                return self;
            }
            self = std::mem::take(only);
        }
    }

    /// What the group is as a part of another: the only thing in it, where there is only one.
    fn node(mut self) -> Option<QueryNode> {
        if self.is_empty() {
            return None;
        }
        if self.not.is_empty() && self.must.len() + self.should.len() == 1 {
            return self.must.pop().or_else(|| self.should.pop());
        }
        Some(QueryNode::Group(self))
    }

    /// Adds what may match. What may match in a part of what may match may match.
    fn add_should(&mut self, node: QueryNode) {
        match node {
            QueryNode::Group(group) if group.must.is_empty() && group.not.is_empty() => {
                self.should.extend(group.should);
            }
            node => self.should.push(node),
        }
    }

    /// Adds what has to match, likewise.
    fn add_must(&mut self, node: QueryNode) {
        match node {
            QueryNode::Group(group) if group.should.is_empty() => {
                self.must.extend(group.must);
                self.not.extend(group.not);
            }
            node => self.must.push(node),
        }
    }
}

/// A query as typed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    /// The clauses, in their order.
    pub clauses: Vec<Clause>,
    /// How clauses are joined, where that is more than each by itself says.
    pub filter: Option<QueryGroup>,
    /// The words that [`Query::correct`] replaced; none before.
    pub corrections: Vec<Correction>,
    /// What may be meant by words that are right, and that the corpus lacks.
    pub did_you_mean: Vec<DidYouMean>,
    /// What was not read as it may have been meant.
    pub notes: Vec<String>,
}

impl Query {
    /// Takes a query apart. Anything goes; `notes` say where the reading may surprise.
    ///
    /// ```
    /// use palpate::query::{Occur, Pattern, Query};
    /// let query = Query::parse(r#"osteoporosis -fracture "bone loss""#);
    /// assert_eq!(query.clauses[1].occur, Occur::Not);
    /// assert_eq!(query.clauses[2].pattern, Pattern::Phrase("bone loss".into()));
    /// assert!(query.notes.is_empty());
    /// ```
    pub fn parse(text: &str) -> Query {
        let mut parser = Parser {
            rest: text,
            clauses: Vec::new(),
            notes: Vec::new(),
            scopes: vec![Scope::Anywhere],
            closed: false,
            has_or: false,
        };
        let mut root = parser.level();
        if parser.has_or && root.has_phrase_for_choice(&parser.clauses) {
            root = QueryGroup {
                should: vec![QueryNode::Group(root)],
                ..QueryGroup::default()
            };
        }
        let root = root.unwrapped(&parser.clauses);
        let mut clauses = parser.clauses;
        for (nodes, occur) in [
            (&root.must, Occur::Must),
            (&root.should, Occur::Should),
            (&root.not, Occur::Not),
        ] {
            for node in nodes {
                place(node, occur, false, &mut clauses);
            }
        }
        Query {
            text: text.to_owned(),
            clauses,
            filter: root.has_groups().then_some(root),
            corrections: Vec::new(),
            did_you_mean: Vec::new(),
            notes: parser.notes,
        }
    }
}

/// Tells the clauses of a node what they do in the query as a whole.
fn place(node: &QueryNode, occur: Occur, nested: bool, clauses: &mut [Clause]) {
    match node {
        QueryNode::Clause(at) => {
            clauses[*at].nested = nested;
            clauses[*at].occur = match (nested, occur) {
                (true, Occur::Must) => Occur::Should,
                (_, occur) => occur,
            };
        }
        QueryNode::Group(group) => {
            for inner in group.must.iter().chain(&group.should) {
                place(inner, occur, true, clauses);
            }
            for inner in &group.not {
                place(inner, Occur::Not, true, clauses);
            }
        }
    }
}

/// How an operand is joined to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joiner {
    /// It stands beside it.
    Beside,
    And,
    Or,
}

/// Parentheses are nested at most so deep; those further in are left out.
const MAX_DEPTH: usize = 32;
/// The most characters of a tag in brackets.
const TAG: usize = 40;
const QUOTES: &[char] = &['"', '“', '”', '„'];

struct Parser<'t> {
    rest: &'t str,
    clauses: Vec<Clause>,
    notes: Vec<String>,
    /// Where the levels that are open look, the innermost last.
    scopes: Vec<Scope>,
    /// Whether the level that was read last ended with a parenthesis.
    closed: bool,
    /// Whether there is a choice: things joined by OR, or side by side in parentheses.
    has_or: bool,
}

impl Parser<'_> {
    fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Reads a level, up to its end or that of the query.
    fn level(&mut self) -> QueryGroup {
        let mut level = QueryGroup::default();
        // Operands joined by OR, each of them a chain of operands joined by AND.
        let mut run = JoinedRun::default();
        let (mut has_and, mut has_or, mut first) = (false, false, true);
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() {
                self.closed = false;
                break;
            }
            if let Some(after) = self.rest.strip_prefix(')') {
                self.rest = after;
                if self.scopes.len() > 1 {
                    self.closed = true;
                    break;
                }
                self.note("a closing parenthesis has no opening one; it is left out");
                continue;
            }
            let (joined, is_not) = self.operators(!first);
            let sign = self.sign();
            let Some(node) = self.operand() else {
                continue;
            };
            first = false;
            if is_not || sign == Occur::Not {
                level.not.push(node);
                continue;
            }
            has_and |= joined == Joiner::And;
            has_or |= joined == Joiner::Or;
            match (joined, run.any.last_mut()) {
                (Joiner::And, Some(chain)) => join(chain, node),
                (Joiner::Or, Some(_)) => run.any.push(alone(node)),
                _ => {
                    run.close(&mut level);
                    run.any.push(alone(node));
                    run.required = joined == Joiner::And || sign == Occur::Must;
                }
            }
        }
        run.close(&mut level);
        self.has_or |= has_or || (self.closed && level.should.len() > 1);
        if has_and && has_or {
            self.note(
                "AND was read before OR, as in Lucene; parentheses say otherwise, (a OR b) AND c",
            );
        }
        level
    }

    /// AND, OR and NOT in capitals, standing before something.
    fn operators(&mut self, after_something: bool) -> (Joiner, bool) {
        let (mut joined, mut is_not) = (Joiner::Beside, false);
        loop {
            // Looked at from the start of the word alone: a query may be one long run of signs.
            let is_next = |word: &&&str| {
                let after = self.rest.strip_prefix(**word);
                after
                    .is_some_and(|after| after.is_empty() || after.starts_with(char::is_whitespace))
            };
            let Some(&word) = ["AND", "OR", "NOT"].iter().find(is_next) else {
                break;
            };
            let after = self.rest[word.len()..].trim_start();
            if after.is_empty() || after.starts_with(')') {
                self.note(format!("{word} joins nothing here; it is read as a word"));
                break;
            }
            match word {
                "NOT" => is_not = true,
                _ if !after_something || joined != Joiner::Beside => {
                    self.note(format!("{word} joins nothing here; it is left out"));
                }
                "AND" => joined = Joiner::And,
                _ => joined = Joiner::Or,
            }
            self.rest = after;
        }
        (joined, is_not)
    }

    /// A `+` or `-` directly before something to look for.
    fn sign(&mut self) -> Occur {
        let occur = match self.rest.chars().next() {
            Some('+') => Occur::Must,
            Some('-') => Occur::Not,
            _ => return Occur::Should,
        };
        let after = &self.rest[1..];
        if after.starts_with(|c: char| c.is_alphanumeric() || c == '(' || QUOTES.contains(&c)) {
            self.rest = after;
            occur
        } else {
            Occur::Should
        }
    }

    /// What is looked for, or a level in parentheses.
    fn operand(&mut self) -> Option<QueryNode> {
        let scope = self.scope();
        let around = self.scopes.last().copied().unwrap_or(Scope::Anywhere);
        let scope = if scope == Scope::Anywhere {
            around
        } else {
            scope
        };
        if let Some(after) = self.rest.strip_prefix('(') {
            self.rest = after;
            return self.parenthesis(scope);
        }
        let pattern = match self.rest.chars().next() {
            Some(quote) if QUOTES.contains(&quote) => self.phrase(quote),
            _ if scope == Scope::Source => self.glob(),
            _ => self.word(),
        }?;
        let scope = self.tag().unwrap_or(scope);
        self.clauses.push(Clause {
            occur: Occur::Should,
            scope,
            pattern,
            nested: false,
        });
        Some(QueryNode::Clause(self.clauses.len() - 1))
    }

    fn parenthesis(&mut self, scope: Scope) -> Option<QueryNode> {
        if self.scopes.len() > MAX_DEPTH {
            self.note(format!(
                "parentheses are nested more than {MAX_DEPTH} deep; those further in are left out"
            ));
            return None;
        }
        self.scopes.push(scope);
        let level = self.level();
        self.scopes.pop();
        if !self.closed {
            self.note("a parenthesis is not closed; it is closed at the end");
        }
        level.node()
    }

    /// A known field name before a colon.
    fn scope(&mut self) -> Scope {
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic());
        let (name, after) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let Some(after) = after.strip_prefix(':') else {
            return Scope::Anywhere;
        };
        match Scope::named(&name.to_ascii_lowercase()) {
            Some(scope) if after.starts_with(|c: char| !c.is_whitespace()) => {
                self.rest = after;
                scope
            }
            _ => Scope::Anywhere,
        }
    }

    /// A tag as PubMed has them, directly behind what it belongs to; those that name a field here
    /// do so.
    fn tag(&mut self) -> Option<Scope> {
        let tag = tag_at(self.rest)?;
        self.rest = &self.rest[tag.len() + 2..];
        let scope = match tag.to_ascii_lowercase().as_str() {
            "ti" | "title" => Some(Scope::Title),
            _ => None,
        };
        if scope.is_none() {
            self.note(format!(
                "[{tag}] is no field here and is left out; fields are title:, heading: and source:"
            ));
        }
        scope
    }

    fn phrase(&mut self, quote: char) -> Option<Pattern> {
        let inner = &self.rest[quote.len_utf8()..];
        let Some(end) = inner.find(QUOTES) else {
            self.note("a quotation mark is not closed; what follows it is read as words");
            self.rest = inner;
            return None;
        };
        let phrase = &inner[..end];
        self.rest = inner[end..].trim_start_matches(QUOTES);
        let has_words = phrase.chars().any(char::is_alphanumeric);
        has_words.then(|| Pattern::Phrase(phrase.to_owned()))
    }

    /// A pattern of paths, up to a space or the end of the level.
    fn glob(&mut self) -> Option<Pattern> {
        let end = self.rest.find(char::is_whitespace);
        let end = self.word_end(&self.rest[..end.unwrap_or(self.rest.len())]);
        let (glob, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!glob.is_empty()).then(|| Pattern::Words(glob.to_owned()))
    }

    fn word(&mut self) -> Option<Pattern> {
        let ends = |&(at, c): &(usize, char)| {
            QUOTES.contains(&c) || (c.is_whitespace() && !is_within_number(self.rest, at, c))
        };
        let end = self.rest.char_indices().find(ends);
        let end = end.map_or(self.rest.len(), |(at, _)| at);
        let end = self.word_end(&self.rest[..end]);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if !word.chars().any(char::is_alphanumeric) {
            return None;
        }
        let words = || Pattern::Words(word.to_owned());
        Some(match word.strip_suffix('*') {
            Some(prefix) if prefix.chars().all(char::is_alphanumeric) => {
                Pattern::Prefix(prefix.to_owned())
            }
            None if !word.contains('*') => words(),
            _ => {
                self.note(format!(
                    "a star stands for the rest of a word that begins so; {word} is read as words"
                ));
                words()
            }
        })
    }

    /// Where a word ends that may have parentheses of its own, "toe(s)", a tag, or the end of a
    /// level behind it.
    fn word_end(&self, word: &str) -> usize {
        let mut depth = 0_usize;
        for (at, c) in word.char_indices() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => return if at == 0 { c.len_utf8() } else { at },
                ')' => depth -= 1,
                '[' if at > 0 && tag_at(&self.rest[at..]).is_some() => return at,
                _ => {}
            }
        }
        word.len()
    }
}

/// The tag that a text begins with, without its brackets.
fn tag_at(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let end = inner.char_indices().take(TAG).find(|(_, c)| *c == ']')?.0;
    let tag = &inner[..end];
    tag.starts_with(char::is_alphabetic).then_some(tag)
}

/// A chain of one operand.
fn alone(node: QueryNode) -> QueryGroup {
    QueryGroup {
        must: vec![node],
        ..QueryGroup::default()
    }
}

/// Whether a space that does not break stands between digits: "10 000" is one number, as it is in a text.
fn is_within_number(text: &str, at: usize, space: char) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    analysis::parts_thousands(space)
        && digit(text[..at].chars().next_back())
        && digit(text[at + space.len_utf8()..].chars().next())
}

/// Adds an operand to a chain. What has to match in the first one has to match in a chain of more.
fn join(chain: &mut QueryGroup, node: QueryNode) {
    if chain.must.len() == 1 {
        chain
            .must
            .pop()
            .into_iter()
            .for_each(|first| chain.add_must(first));
    }
    chain.add_must(node);
}

/// Operands that are joined by AND and OR.
#[derive(Default)]
struct JoinedRun {
    /// Chains joined by OR, each of operands joined by AND.
    any: Vec<QueryGroup>,
    /// Whether it has to match, though it should be one operand.
    required: bool,
}

impl JoinedRun {
    /// Ends the run as a part of a level: what is joined by AND has to match.
    fn close(&mut self, level: &mut QueryGroup) {
        let JoinedRun { any, required } = std::mem::take(self);
        let is_chain = matches!(&any[..], [chain] if chain.must.len() > 1 || required);
        let mut all = QueryGroup::default();
        for node in any.into_iter().filter_map(QueryGroup::node) {
            all.add_should(node);
        }
        match all.node() {
            Some(node) if is_chain || required => level.add_must(node),
            Some(node) => level.add_should(node),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_phrase_for_choice_is_not_demanded() {
        let text = "emollients OR \"steroid cream\"";
        assert_eq!(grouped(text), "(emollients \"steroid cream\")");
        assert!(
            Query::parse(text)
                .clauses
                .iter()
                .all(|clause| clause.nested)
        );
        assert!(!Query::parse("\"steroid cream\" emollients").clauses[0].nested);
        assert_eq!(Query::parse("cream OR emollients").filter, None);
    }

    #[test]
    fn spaces_within_a_number_do_not_part_it() {
        for text in ["10\u{202f}000 steps", "10\u{a0}000 steps"] {
            assert_eq!(shown(text).len(), 2, "{text:?}");
        }
        assert_eq!(shown("10\u{202f}mg").len(), 2);
    }

    fn shown(text: &str) -> Vec<String> {
        Query::parse(text)
            .clauses
            .iter()
            .map(shown_clause)
            .collect()
    }

    fn shown_clause(clause: &Clause) -> String {
        let sign = match clause.occur {
            Occur::Should => "",
            Occur::Must => "+",
            Occur::Not => "-",
        };
        let scope = match clause.scope {
            Scope::Anywhere => "",
            Scope::Title => "title:",
            Scope::Heading => "heading:",
            Scope::Source => "source:",
        };
        match &clause.pattern {
            Pattern::Words(word) => format!("{sign}{scope}{word}"),
            Pattern::Phrase(phrase) => format!("{sign}{scope}\"{phrase}\""),
            Pattern::Prefix(prefix) => format!("{sign}{scope}{prefix}*"),
        }
    }

    #[test]
    fn the_whole_language() {
        assert_eq!(
            shown(
                r#"osteoporosis +risk -fracture "bone loss" title:OMT heading:"side effects" source:a/*.txt osteo*"#
            ),
            [
                "osteoporosis",
                "+risk",
                "-fracture",
                "\"bone loss\"",
                "title:OMT",
                "heading:\"side effects\"",
                "source:a/*.txt",
                "osteo*",
            ]
        );
    }

    #[test]
    fn operators_as_in_pubmed() {
        assert_eq!(shown("neck AND pain"), ["+neck", "+pain"]);
        assert_eq!(
            shown("neck OR pain NOT massage"),
            ["neck", "pain", "-massage"]
        );
        assert_eq!(shown("AND"), ["AND"]);
        assert_eq!(shown("and or not"), ["and", "or", "not"]);
    }

    #[test]
    fn hyphens_and_colons_inside_words_are_no_syntax() {
        assert_eq!(shown("low-amplitude 30-60"), ["low-amplitude", "30-60"]);
        assert_eq!(shown("5 - 6"), ["5", "6"]);
        assert_eq!(shown("ratio:3 title: x"), ["ratio:3", "title:", "x"]);
        assert_eq!(shown("C-*"), ["C-*"]);
    }

    #[test]
    fn what_does_not_parse_is_words_with_a_note() {
        let query = Query::parse("neck \"pain relief");
        assert_eq!(shown("neck \"pain relief"), ["neck", "pain", "relief"]);
        assert_eq!(query.notes.len(), 1);
        assert_eq!(
            shown("\"\" + - * \"!\" “curly quotes”"),
            ["\"curly quotes\""]
        );
    }

    #[test]
    fn all_ascii_punctuation_is_no_query_and_no_error() {
        let punctuation: String = (b'!'..=b'~')
            .map(char::from)
            .filter(char::is_ascii_punctuation)
            .collect();
        assert!(shown(&punctuation).is_empty());
    }

    /// A group as it would have to be typed.
    fn printed(group: &QueryGroup, query: &Query) -> String {
        let signed = |nodes: &[QueryNode], sign: &str| -> Vec<String> {
            let one = |node: &QueryNode| match node {
                QueryNode::Group(group) => format!("{sign}({})", printed(group, query)),
                QueryNode::Clause(at) => {
                    let clause = Clause {
                        occur: Occur::Should,
                        ..query.clauses[*at].clone()
                    };
                    format!("{sign}{}", shown_clause(&clause))
                }
            };
            nodes.iter().map(one).collect()
        };
        let (must, should) = (signed(&group.must, "+"), signed(&group.should, ""));
        [must, should, signed(&group.not, "-")].concat().join(" ")
    }

    fn grouped(text: &str) -> String {
        let query = Query::parse(text);
        let filter = query.filter.as_ref();
        filter.map_or_else(String::new, |group| printed(group, &query))
    }

    #[test]
    fn parentheses_group() {
        for (text, expected) in [
            ("(a OR b) AND c", "+(a b) +c"),
            ("c AND (a OR b)", "+c +(a b)"),
            ("(a AND b) OR (c AND d)", "(+a +b) (+c +d)"),
            ("a OR b AND c", "a (+b +c)"),
            ("(a OR b) AND (c OR d) NOT e", "+(a b) +(c d) -e"),
            ("a NOT (b OR c)", "a -(b c)"),
            ("a NOT (b AND c)", "a -(+b +c)"),
            ("+(a b) -(c d)", "+(a b) -(c d)"),
            (
                "title:(neck OR back) AND pain",
                "+(title:neck title:back) +pain",
            ),
            ("((a OR (b AND c)) AND d) OR e", "(+(a (+b +c)) +d) e"),
            (
                "(\"bone loss\" OR osteop*) AND risk",
                "+(\"bone loss\" osteop*) +risk",
            ),
            ("(a NOT b) OR c", "(a -b) c"),
        ] {
            assert_eq!(grouped(text), expected, "{text}");
        }
    }

    #[test]
    fn what_needs_no_groups_has_none() {
        for text in [
            "transient ischemic attack (TIA)",
            "hypertension (high blood pressure) risk",
            "(neck pain)",
            "(neck AND pain)",
            "((neck))",
            "neck pain AND massage",
            "toe(s) f(x)",
            "() ( ) (!)",
        ] {
            assert_eq!(Query::parse(text).filter, None, "{text}");
        }
        assert_eq!(shown("(neck AND pain)"), ["+neck", "+pain"]);
        assert_eq!(
            shown("neck pain AND massage"),
            ["neck", "+pain", "+massage"]
        );
        assert_eq!(shown("+neck AND pain"), ["+neck", "+pain"]);
        assert_eq!(shown("NOT massage AND pain"), ["-massage", "+pain"]);
        assert_eq!(shown("toe(s)"), ["toe(s)"]);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, clauses) in [
            ("diabetes[tiab]", &["diabetes"][..]),
            (
                "\"heart attack\"[MeSH Terms] risk",
                &["\"heart attack\"", "risk"],
            ),
            ("*itis", &["*itis"]),
            ("(neck", &["neck"]),
            ("neck) pain", &["neck", "pain"]),
            ("AND neck", &["neck"]),
            ("neck OR", &["neck", "OR"]),
            ("neck AND OR pain", &["+neck", "+pain"]),
        ] {
            assert_eq!(shown(text), clauses, "{text}");
            assert_eq!(Query::parse(text).notes.len(), 1, "{text}");
        }
        assert_eq!(shown("neck[ti] pain"), ["title:neck", "pain"]);
        assert_eq!(shown("see [1] there"), ["see", "[1]", "there"]);
        assert_eq!(Query::parse("a OR b AND c").notes.len(), 1);
        assert_eq!(shown("source:*"), ["source:*"]);
    }

    #[test]
    fn endless_parentheses_end() {
        let text = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(shown(&text), ["a"]);
        assert!(!Query::parse(&text).notes.is_empty());
        assert_eq!(shown(&"(a ".repeat(1000)).len(), 1000);
    }

    /// A tree as text: operands joined at random, as deep as `depth`.
    fn tree(depth: u32) -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[a-f]{1,3}",
            "title:[a-f]{1,3}",
            "\"[a-f] [a-f]\"",
            "[a-f]{2}\\*"
        ];
        let leaf = leaf.prop_map(|leaf| leaf.replace('\\', ""));
        leaf.prop_recursive(depth, 24, 4, |inner| {
            proptest::collection::vec((inner, "[ +-]|AND|OR|NOT"), 1..4).prop_map(|parts| {
                let mut text = String::from("(");
                for (n, (part, join)) in parts.into_iter().enumerate() {
                    let join = if n == 0 && join.len() > 1 {
                        ""
                    } else {
                        join.as_str()
                    };
                    let gap = if join.len() > 1 { " " } else { "" };
                    text.push_str(&format!(" {join}{gap}{part}"));
                }
                text + ")"
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_as_it_was(text in tree(4)) {
            let first = grouped(&text);
            if !first.is_empty() {
                prop_assert_eq!(grouped(&first), first);
            }
        }

        #[test]
        fn nothing_makes_the_parser_fail(text in "(\\(|\\)|AND |OR |NOT |[+*:\"\\[\\]-]|a|title:|source:| ){0,60}") {
            let query = Query::parse(&text);
            prop_assert!(query.clauses.len() <= text.len());
        }

        #[test]
        fn any_text_parses_and_loses_no_word(text in "[a-z+\\-\"*: ()]{0,60}") {
            let found: String = Query::parse(&text)
                .clauses
                .iter()
                .map(|clause| match &clause.pattern {
                    Pattern::Words(t) | Pattern::Phrase(t) | Pattern::Prefix(t) => t.clone(),
                })
                .collect();
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            // Field names are the only letters that are not looked for.
            if !["title:", "heading:", "headings:", "source:"].iter().any(|f| text.contains(f)) {
                prop_assert_eq!(letters(&found), letters(&text));
            }
        }
    }
}
