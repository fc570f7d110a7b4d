//! The keys of a payload as a tree: what is to be done with the value at each.

/// What is to be done with one value of a payload, and with those inside of it.
#[derive(Debug, Default)]
pub struct Node {
    /// The key it stands under.
    key: Box<str>,
    /// What a field learned from here is called: the keys on the way, joined by `_`.
    pub name: Box<str>,
    /// What becomes of the value.
    pub slots: Vec<u16>,
    /// Whether a person wants none of it.
    pub is_skipped: bool,
    members: Vec<Self>,
    items: Vec<(usize, Self)>,
}

/// One step of the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the member of an object.
    Key(Box<str>),
    /// To an item of a list, counted from 0.
    Item(usize),
}

impl Node {
    /// The node of a member whose parent is called `parent`.
    pub fn new(parent: &str, key: &str) -> Self {
        let name = if parent.is_empty() { key.into() } else { format!("{parent}_{key}").into() };
        Self { key: key.into(), name, ..Self::default() }
    }

    /// Says what becomes of the value at the end of a path.
    pub fn place(&mut self, path: &[Step], slot: u16) {
        self.change(path, &|node| node.slots.push(slot));
    }

    /// Says that nobody wants the value at the end of a path, nor what is inside of it.
    pub fn skip(&mut self, path: &[Step]) {
        self.change(path, &|node| node.is_skipped = true);
    }

    fn change(&mut self, path: &[Step], change: &dyn Fn(&mut Self)) {
        match path.split_first() {
            None => change(self),
            Some((Step::Key(key), rest)) => match self.members.iter_mut().find(|member| member.key == *key) {
                Some(member) => member.change(rest, change),
                None => {
                    let mut member = Self::new(&self.name, key);
                    member.change(rest, change);
                    self.members.push(member);
                }
            },
            Some((Step::Item(index), rest)) => match self.item(*index) {
                Some(item) => item.change(rest, change),
                None => {
                    let mut item = Self::new(&self.name, &index.to_string());
                    item.change(rest, change);
                    self.items.push((*index, item));
                }
            },
        }
    }

    /// Where the member of that key is. `expected` is where it was in the last payload, one member after the one
    /// before: devices keep their order.
    pub fn find(&self, key: &str, expected: usize) -> Option<usize> {
        let is_here = self.members.get(expected).is_some_and(|member| *member.key == *key);
        if is_here { Some(expected) } else { self.members.iter().position(|member| *member.key == *key) }
    }

    /// The member at a place that [`Node::find`] told.
    pub fn member(&mut self, at: usize) -> Option<&mut Self> {
        self.members.get_mut(at)
    }

    /// The item at an index.
    pub fn item(&mut self, index: usize) -> Option<&mut Self> {
        self.items.iter_mut().find(|(at, _)| *at == index).map(|(_, node)| node)
    }

    /// Whether any item of a list is wanted.
    pub fn has_items(&self) -> bool {
        !self.items.is_empty()
    }

    /// Whether any member of an object is wanted.
    pub fn has_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether there is anything to do with it or inside of it, or it was decided that there is nothing.
    pub fn is_decided(&self) -> bool {
        self.is_skipped || !self.slots.is_empty() || self.has_members() || self.has_items()
    }

    /// Adds a member.
    pub fn add(&mut self, member: Self) {
        self.members.push(member);
    }
}
