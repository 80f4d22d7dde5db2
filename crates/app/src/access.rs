//! Who asks, and leave to do it.
//!
//! Every use-case takes the actor first. What he may follows from his postings as the database holds them when it is asked, read through the
//! view of the unit, which a command compares with the database in its own transaction: a posting that has ended stops the very next step.
//! The rules are `domain::access`; nothing here decides.

use crate::error::Error;
use crate::office::{ATTEMPTS, Office};
use crate::view::View;
use domain::access::{
    Action, Denied, EveryKind, On, Permit, Privilege, Scope, Standing, Target, Token, allow,
};
use domain::id::{HolderId, MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::Kind;
use domain::record::{By, Command, Record};
use domain::roster::Posting;
use domain::time::Instant;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Tx, record, unit};

/// Who asks: proven by a session, a token, or by running the program on its own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    who: Who,
    came: Came,
    token: Option<Arc<Token>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Member(MemberId),
    /// A customer, by the record that registers him and its unit.
    Party {
        unit: UnitId,
        id: RecordId,
    },
    /// Whoever runs the program on its own machine, by his name there.
    Operator(Arc<str>),
    System,
}

/// How he proved who he is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// He is at the machine itself.
    AtMachine,
    Password,
    /// A password and a one-time code.
    SecondFactor,
    OpenId,
    Token,
    /// A customer's invitation or one-time code.
    Code,
}

/// A unit in which somebody has something to do.
#[derive(Clone, Debug)]
pub struct Place {
    pub unit: domain::unit::Unit,
    /// Those that hold here, also from units above.
    pub postings: Vec<Posting>,
    /// What he may beside the steps of records.
    pub may: Vec<Privilege>,
    /// Kinds of people whose private values he may ask to be destroyed.
    pub erases: Vec<Name>,
}

impl Actor {
    /// A member who has proven himself.
    pub fn member(id: MemberId, came: Came) -> Self {
        Self {
            who: Who::Member(id),
            came,
            token: None,
        }
    }
    /// A member's program, which may do what the token says and he himself may.
    pub fn token(id: MemberId, token: Token) -> Self {
        Self {
            who: Who::Member(id),
            came: Came::Token,
            token: Some(Arc::new(token)),
        }
    }
    /// A customer.
    pub fn party(unit: UnitId, id: RecordId) -> Self {
        Self {
            who: Who::Party { unit, id },
            came: Came::Code,
            token: None,
        }
    }
    /// Whoever runs the program on its own machine.
    pub fn operator(name: impl Into<Arc<str>>) -> Self {
        Self {
            who: Who::Operator(name.into()),
            came: Came::AtMachine,
            token: None,
        }
    }
    /// Schedules and timed transitions.
    pub fn system() -> Self {
        Self {
            who: Who::System,
            came: Came::AtMachine,
            token: None,
        }
    }

    pub fn who(&self) -> &Who {
        &self.who
    }
    pub fn came(&self) -> Came {
        self.came
    }
    pub fn member_id(&self) -> Option<MemberId> {
        match self.who {
            Who::Member(id) => Some(id),
            _ => None,
        }
    }
    /// How he stands in a journal.
    pub fn by(&self) -> By {
        match &self.who {
            Who::Member(id) => By::Member(*id),
            Who::Party { id, .. } => By::Party(*id),
            Who::Operator(name) => By::Operator(name.to_string()),
            Who::System => By::System,
        }
    }
    /// A command in his own name.
    pub fn command(&self, step: &str) -> Command {
        Command::new(step, self.by())
    }

    fn standing<'v>(&self, view: &'v View, now: Instant) -> Standing<'v> {
        match self.who {
            Who::Member(id) => view.stands.at(id, now),
            _ => Standing::default(),
        }
    }

    fn acting<'a>(&'a self, standing: &'a Standing<'a>) -> domain::access::Actor<'a> {
        match &self.who {
            Who::Member(id) => domain::access::Actor::Member {
                id: *id,
                standing,
                token: self.token.as_deref(),
            },
            Who::Party { id, .. } => domain::access::Actor::Party { id: *id },
            Who::Operator(_) => domain::access::Actor::Operator,
            Who::System => domain::access::Actor::System,
        }
    }

    /// Whether he is at home on the machine, where there may be no pack yet to ask.
    fn is_at_machine(&self) -> bool {
        matches!(self.who, Who::Operator(_) | Who::System)
    }

    /// Whether he has anything to do with the unit.
    pub(crate) fn is_of(&self, view: &View, now: Instant) -> bool {
        match self.who {
            Who::Member(_) => !self.standing(view, now).is_none(),
            Who::Party { unit, .. } => unit == view.unit.id,
            Who::Operator(_) | Who::System => true,
        }
    }

    /// What he sees of the view's unit.
    pub fn scope(&self, view: &View, now: Instant) -> Scope {
        if !self.is_of(view, now) {
            return Scope::default();
        }
        let standing = self.standing(view, now);
        Scope::of(&view.rules.pack, self.acting(&standing))
    }

    /// Leave for something at the view's unit.
    ///
    /// # Errors
    /// `Denied`.
    pub fn may(
        &self,
        view: &View,
        now: Instant,
        action: Action<'_>,
        target: Target<'_>,
    ) -> Result<Permit, Error> {
        let standing = self.standing(view, now);
        allow(&view.rules.pack, self.acting(&standing), action, target).map_err(Error::Denied)
    }

    /// Leave to read a record of the view's unit.
    ///
    /// # Errors
    /// `Denied`, which tells nobody that the record exists.
    pub fn may_see(
        &self,
        tx: &mut Tx<'_>,
        view: &View,
        now: Instant,
        record: &Record,
    ) -> Result<Permit, Error> {
        let pack = &view.rules.pack;
        let unseen = || Error::Denied(Denied::Unseen);
        let kind = pack.kinds.get(&record.kind).ok_or_else(unseen)?;
        let grid = grid(tx, view, kind, Some(record))?;
        let on = On::record(kind, record, grid.as_ref().map(Name::as_str));
        self.may(view, now, Action::See, Target::Record(on))
    }

    /// What is published for him in the view's unit.
    pub(crate) fn published_scope(&self, view: &View, now: Instant) -> Scope {
        if !self.is_of(view, now) {
            return Scope::default();
        }
        let standing = self.standing(view, now);
        Scope::of_published(&view.rules.pack, self.acting(&standing))
    }

    /// Leave to read what is published of a record of the view's unit, or of one of its fields.
    ///
    /// # Errors
    /// `Denied`, which tells nobody that the record exists.
    pub(crate) fn may_see_published(
        &self,
        view: &View,
        now: Instant,
        record: &Record,
        field: Option<&Name>,
    ) -> Result<Permit, Error> {
        let unseen = || Error::Denied(Denied::Unseen);
        let kind = view.rules.pack.kinds.get(&record.kind);
        let kind = kind.filter(|_| self.is_of(view, now)).ok_or_else(unseen)?;
        let on = On::record(kind, record, None);
        self.may(view, now, Action::SeePublished(field), Target::Record(on))
    }

    /// Whether a record of his may link this one, which his own register entry may link too (`own`).
    pub(crate) fn may_link_to(
        &self,
        tx: &mut Tx<'_>,
        view: &View,
        now: Instant,
        record: &Record,
        own: &BTreeMap<Name, RecordId>,
    ) -> Result<bool, Error> {
        let Some(kind) = view.rules.pack.kinds.get(&record.kind) else {
            return Ok(false);
        };
        let grid = grid(tx, view, kind, Some(record))?;
        let on = On::record(kind, record, grid.as_ref().map(Name::as_str));
        Ok(self
            .may(view, now, Action::LinkTo { own }, Target::Record(on))
            .is_ok())
    }

    /// Leave to see private values of a record that he sees, which these posts see.
    ///
    /// # Errors
    /// `Denied`.
    pub(crate) fn may_reveal(
        &self,
        tx: &mut Tx<'_>,
        view: &View,
        now: Instant,
        record: &Record,
        seen_by: &[Name],
    ) -> Result<Permit, Error> {
        let kind = view.rules.pack.kinds.get(&record.kind);
        let kind = kind.ok_or_else(|| Error::Denied(Denied::Unseen))?;
        let grid = grid(tx, view, kind, Some(record))?;
        let on = On::record(kind, record, grid.as_ref().map(Name::as_str));
        self.may(view, now, Action::Reveal { seen_by }, Target::Record(on))
    }

    /// Leave to give a command on a record of the view's unit, or to open one.
    pub(crate) fn may_command(
        &self,
        tx: &mut Tx<'_>,
        view: &View,
        now: Instant,
        kind: &Kind,
        record: Option<&Record>,
        command: &Command,
    ) -> Result<Permit, Error> {
        let standing = self.standing(view, now);
        let asks = |member: MemberId| {
            let standing = view.stands.at(member, now);
            domain::access::asks_grid(&view.rules.pack, kind, &standing)
        };
        let by_grid = match self.who {
            Who::Member(_) if domain::access::asks_grid(&view.rules.pack, kind, &standing) => true,
            Who::Member(_) => command
                .by
                .member()
                .is_some_and(|other| Some(other) != self.member_id() && asks(other)),
            _ => false,
        };
        let grid = if by_grid {
            grid(tx, view, kind, record)?
        } else {
            None
        };
        let on = On {
            kind,
            record,
            data: &command.data,
            links: &command.links,
            grid: grid.as_ref().map(Name::as_str),
        };
        domain::access::for_command(
            &view.rules.pack,
            &view.stands,
            now,
            self.acting(&standing),
            on,
            command,
        )
        .map_err(Error::Denied)
    }
}

fn grid(
    tx: &mut Tx<'_>,
    view: &View,
    kind: &Kind,
    before: Option<&Record>,
) -> Result<Option<Name>, Error> {
    let place = before.and_then(|record| view.rules.pack.place_of(kind, record));
    match place {
        Some(place) => Ok(record::grid_of(tx, view.unit.id, place)?),
        None => Ok(None),
    }
}

impl Office {
    /// Leave for what is no step of a record, at a unit; `None`: at the top of the company.
    ///
    /// # Errors
    /// `Denied`; `NotFound`.
    pub fn privilege(
        &self,
        actor: &Actor,
        privilege: Privilege,
        unit: Option<UnitId>,
    ) -> Result<Permit, Error> {
        if actor.is_at_machine() {
            return Ok(domain::access::at_machine(privilege));
        }
        let unit = match unit {
            Some(unit) => unit,
            None => self.units()?.first().ok_or(Error::NotFound)?.id,
        };
        let view = self.reload_if_outdated(unit)?;
        let now = self.clock().now();
        actor.may(&view, now, Action::Use(privilege), Target::Unit)
    }

    /// Leave to read scorecards at a unit.
    pub(crate) fn may_score(
        &self,
        actor: &Actor,
        unit: UnitId,
        whose: Option<HolderId>,
    ) -> Result<Permit, Error> {
        let view = self.reload_if_outdated(unit)?;
        let now = self.clock().now();
        actor.may(&view, now, Action::Score(whose), Target::Unit)
    }

    /// The units in which somebody has something to do, parents before children.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn units_of(&self, actor: &Actor) -> Result<Vec<domain::unit::Unit>, Error> {
        let units = self.units()?;
        if actor.is_at_machine() {
            return Ok(units);
        }
        let now = self.clock().now();
        let mut seen = Vec::new();
        for unit in units {
            let view = self.reload_if_outdated(unit.id)?;
            if actor.is_of(&view, now) {
                seen.push(unit);
            }
        }
        Ok(seen)
    }

    /// Where somebody has something to do, with the postings that hold there and what they let him do. Of a customer, the unit that
    /// registers him.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn standings(&self, actor: &Actor) -> Result<Vec<Place>, Error> {
        let now = self.clock().now();
        let mut all = Vec::new();
        for unit in self.units_of(actor)? {
            let view = self.view(unit.id)?;
            let may = |privilege: &Privilege| {
                actor
                    .may(&view, now, Action::Use(*privilege), Target::Unit)
                    .is_ok()
            };
            let postings: Vec<Posting> = actor.standing(&view, now).postings().cloned().collect();
            let pack = &view.rules.pack;
            let erases = |kind: &&Kind| {
                // What tells of the record itself, and not of somebody behind a link.
                let person = kind
                    .fields
                    .iter()
                    .filter_map(|field| field.sensitive.as_ref())
                    .any(|sensitive| sensitive.of.is_none());
                let post = |posting: &Posting| pack.posts.get(&posting.post);
                let mut posts = postings.iter().filter_map(post);
                person && posts.any(|post| post.may.takes(&kind.name, EveryKind::Erase))
            };
            let kinds = pack.kinds.values().filter(erases);
            all.push(Place {
                erases: kinds.map(|kind| kind.name.clone()).collect(),
                unit,
                may: Privilege::ALL.into_iter().filter(may).collect(),
                postings,
            });
        }
        Ok(all)
    }

    /// The unit of that code, if the actor has something to do there.
    ///
    /// # Errors
    /// `NotFound`, which does not tell whether there is such a unit.
    pub fn unit_of(
        &self,
        actor: &Actor,
        code: &str,
    ) -> Result<(domain::unit::Unit, Arc<View>), Error> {
        let unit = self.unit(code)?;
        let standing = unit::Standing::from(&unit);
        let view = match self.view_as_of(&standing) {
            Some(view) => view,
            None => self.reload(unit.id)?,
        };
        if actor.is_of(&view, self.clock().now()) {
            Ok((unit, view))
        } else {
            Err(Error::NotFound)
        }
    }

    /// Runs `work` on one snapshot, with the view of the unit of that code that belongs to it, if the actor has something to do there.
    ///
    /// # Errors
    /// `NotFound`, which does not tell whether there is such a unit; what `work` says.
    pub fn in_unit<T>(
        &self,
        actor: &Actor,
        code: &str,
        work: impl FnOnce(&mut Tx<'_>, &Arc<View>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut work = Some(work);
        for _ in 0..ATTEMPTS {
            let mut outdated = None;
            let done = self.read(|tx| {
                let standing = unit::standing(tx, code)?.ok_or(Error::NotFound)?;
                let Some(view) = self.view_as_of(&standing) else {
                    outdated = Some(standing.id);
                    return Ok(None);
                };
                if !actor.is_of(&view, self.clock().now()) {
                    return Err(Error::NotFound);
                }
                work.take().map(|work| work(tx, &view)).transpose()
            })?;
            match (done, outdated) {
                (Some(done), _) => return Ok(done),
                (None, Some(id)) => drop(self.reload(id)?),
                (None, None) => break,
            }
        }
        Err(Error::Outdated)
    }
}

impl Actor {
    /// Whoever gives a command, taken at its word: in whose name it comes, or who recorded it. For stories, in which one hand plays all people.
    pub fn giving(unit: UnitId, command: &Command) -> Self {
        match (command.recorded_by.or(command.by.member()), &command.by) {
            _ if command.is_import() => Self::system(),
            (Some(member), _) => Self::member(member, Came::Password),
            (None, By::Party(id)) => Self::party(unit, *id),
            (None, By::Operator(name)) => Self::operator(name.as_str()),
            (None, By::Member(_) | By::System | By::Source(_)) => Self::system(),
        }
    }
}
