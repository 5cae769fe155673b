//! The tree of a page, as `html5ever` builds it, each text and element with its line.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, LocalName, ParseOpts, QualName, parse_document};

use crate::document::{Allowance, ReadError};

/// The number of a node.
pub(super) type Id = usize;
/// The document node.
pub(super) const ROOT: Id = 0;
/// How many bytes are parsed between two looks at the limits.
const CHUNK: usize = 16 << 10;

/// A page.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

struct Node {
    parent: Option<Id>,
    children: Vec<Id>,
    line: usize,
    depth: usize,
    data: Data,
}

enum Data {
    Element {
        name: QualName,
        attributes: Vec<Attribute>,
    },
    Text(String),
    /// The document, comments, and what else shows nothing.
    Other,
}

/// What a node is to whoever walks a tree.
pub(super) enum Shown<'t> {
    Element(&'t str),
    Text(&'t str),
    Nothing,
}

impl Tree {
    /// Parses a page. No page is too broken for that.
    pub(super) fn parse(html: &str, allowance: &Allowance) -> Result<Tree, ReadError> {
        let mut options = ParseOpts::default();
        // What is said to those without scripts is text, not a string of tags.
        options.tree_builder.scripting_enabled = false;
        let mut parser = parse_document(Sink::default(), options);
        let mut rest = html;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK));
            parser.process(StrTendril::from_slice(chunk));
            rest = after;
            allowance.check()?;
            allowance.check_depth(parser.tokenizer.sink.sink.deepest.get())?;
        }
        Ok(parser.finish())
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn children(&self, id: Id) -> &[Id] {
        &self.nodes[id].children
    }

    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id].parent
    }

    pub(super) fn line(&self, id: Id) -> usize {
        self.nodes[id].line
    }

    pub(super) fn shown(&self, id: Id) -> Shown<'_> {
        match &self.nodes[id].data {
            Data::Element { name, .. } => Shown::Element(&name.local),
            Data::Text(text) => Shown::Text(text),
            Data::Other => Shown::Nothing,
        }
    }

    /// The name of an element, nothing for other nodes.
    pub(super) fn name(&self, id: Id) -> &str {
        match self.shown(id) {
            Shown::Element(name) => name,
            _ => "",
        }
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, id: Id, wanted: &str) -> Option<&str> {
        let Data::Element { attributes, .. } = &self.nodes[id].data else {
            return None;
        };
        let wanted = LocalName::from(wanted);
        let attribute = attributes.iter().find(|a| a.name.local == wanted)?;
        Some(&attribute.value)
    }

    /// A node and all that is under it, in order, but for what is under nodes that are not
    /// `entered`.
    pub(super) fn under(&self, id: Id, entered: impl Fn(Id) -> bool) -> impl Iterator<Item = Id> {
        let mut waiting = vec![id];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            if next == id || entered(next) {
                waiting.extend(self.children(next).iter().rev());
            }
            Some(next)
        })
    }
}

/// Takes what the parser finds.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    line: Cell<usize>,
    deepest: Cell<usize>,
}

impl Default for Sink {
    fn default() -> Sink {
        let sink = Sink {
            nodes: RefCell::default(),
            line: Cell::new(1),
            deepest: Cell::new(0),
        };
        sink.create(Data::Other);
        sink
    }
}

impl Sink {
    fn create(&self, data: Data) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node {
            parent: None,
            children: Vec::new(),
            line: self.line.get(),
            depth: 0,
            data,
        });
        nodes.len() - 1
    }

    /// The line on which a text began that has just ended.
    fn line_before(&self, text: &str) -> usize {
        let ended = memchr::memchr_iter(b'\n', text.as_bytes()).count();
        self.line.get().saturating_sub(ended).max(1)
    }

    /// Makes a node, or a text, the child of `parent` at `place` among its children.
    fn insert(&self, parent: Id, place: usize, child: NodeOrText<Id>) {
        let child = match child {
            NodeOrText::AppendNode(id) => id,
            NodeOrText::AppendText(text) => {
                if self.extend_text_before(parent, place, &text) {
                    return;
                }
                let line = self.line_before(&text);
                let id = self.create(Data::Text(text.into()));
                self.nodes.borrow_mut()[id].line = line;
                id
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        let depth = nodes[parent].depth + 1;
        self.deepest.set(self.deepest.get().max(depth));
        nodes[child].parent = Some(parent);
        nodes[child].depth = depth;
        nodes[parent].children.insert(place, child);
    }

    /// Adds to the text that stands before `place`, if one does.
    fn extend_text_before(&self, parent: Id, place: usize, more: &str) -> bool {
        let mut nodes = self.nodes.borrow_mut();
        let before = place.checked_sub(1).map(|n| nodes[parent].children[n]);
        match before.map(|id| &mut nodes[id].data) {
            Some(Data::Text(text)) => {
                text.push_str(more);
                true
            }
            _ => false,
        }
    }
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Tree;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Tree {
        Tree {
            nodes: self.nodes.into_inner(),
        }
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        ROOT
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Ref<'a, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target].data {
            Data::Element { name, .. } => name,
            // The parser promises to ask for elements only.
            _ => unreachable!("not an element"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Id {
        self.create(Data::Element { name, attributes })
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.create(Data::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.create(Data::Other)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        let end = self.nodes.borrow()[*parent].children.len();
        self.insert(*parent, end, child);
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        let has_parent = self.nodes.borrow()[*element].parent.is_some();
        match has_parent {
            true => self.append_before_sibling(element, child),
            false => self.append(previous, child),
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Id) -> Id {
        // What is in a template is no part of the page, and nobody walks into one.
        *target
    }

    fn same_node(&self, x: &Id, y: &Id) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        if let NodeOrText::AppendNode(id) = &child {
            self.remove_from_parent(id);
        }
        let (parent, place) = {
            let nodes = self.nodes.borrow();
            let Some(parent) = nodes[*sibling].parent else {
                return;
            };
            let children = &nodes[parent].children;
            // It stands at the end, or nearly.
            let place = children.iter().rposition(|id| id == sibling);
            (parent, place.unwrap_or(children.len()))
        };
        self.insert(parent, place, child);
    }

    fn add_attrs_if_missing(&self, target: &Id, more: Vec<Attribute>) {
        if let Data::Element { attributes, .. } = &mut self.nodes.borrow_mut()[*target].data {
            for attribute in more {
                if !attributes.iter().any(|known| known.name == attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[*target].parent.take() {
            let children = &mut nodes[parent].children;
            if let Some(place) = children.iter().rposition(|id| id == target) {
                children.remove(place);
            }
        }
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[*node].children);
        let depth = nodes[*new_parent].depth + 1;
        for &child in &children {
            nodes[child].parent = Some(*new_parent);
            nodes[child].depth = depth;
        }
        nodes[*new_parent].children.extend(children);
    }

    fn set_current_line(&self, line: u64) {
        self.line
            .set(usize::try_from(line).unwrap_or(usize::MAX).max(1));
    }
}
