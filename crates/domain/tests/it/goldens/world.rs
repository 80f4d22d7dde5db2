//! What every case takes for granted: the zone, the calendars that ship with the packs, names.

use super::node::Node;
use domain::calendar::{OpenDays, Opening, SpecialDays, WorkingHours};
use domain::holder::{Charged, Holder};
use domain::id::{MemberId, TeamId, Uuid};
use domain::name::Name;
use domain::time::{Day, Zone};
use std::cell::RefCell;
use std::path::Path;

pub(crate) struct World {
    pub(crate) zone: Zone,
    pub(crate) days: SpecialDays,
    pub(crate) off: Vec<Day>,
    pub(crate) work: Vec<Day>,
    pub(crate) business: WorkingHours,
    /// Names of people and teams, each with an id by its place.
    names: RefCell<Vec<String>>,
}

impl World {
    pub(crate) fn load(project: &Path) -> Self {
        let folder = project.join("packs/residential-cn/calendars");
        let (mut years, mut off, mut work) = (Vec::new(), Vec::new(), Vec::new());
        let mut business = None;
        for entry in std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.unwrap().path();
            let node = Node::read(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let fields = node.fields().unwrap();
            if let Some(year) = fields.get("year") {
                years.push(year.parse().unwrap());
                for (key, list) in [("off", &mut off), ("work", &mut work)] {
                    if let Some(node) = fields.get(key) {
                        list.extend(
                            node.fields()
                                .unwrap()
                                .keys()
                                .map(|day| day.parse::<Day>().unwrap()),
                        );
                    }
                }
            }
            if let Some(hours) = fields.get("business") {
                business = Some(opening(hours));
            }
        }
        Self {
            zone: Zone::shanghai(),
            days: SpecialDays::new(Name::from("cn"), 1, years, off.clone(), work.clone()).unwrap(),
            off,
            work,
            business: business.unwrap(),
            names: RefCell::default(),
        }
    }

    /// The calendar with other days off and at work.
    pub(crate) fn with_days(&self, off: Vec<Day>, work: Vec<Day>) -> SpecialDays {
        SpecialDays::new(Name::from("cn"), 2, self.days.years(), off, work).unwrap()
    }

    fn id(&self, name: &str) -> Uuid {
        let mut names = self.names.borrow_mut();
        let place = names
            .iter()
            .position(|other| other == name)
            .unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            });
        Uuid::from_u128(place as u128 + 1)
    }
    fn name(&self, id: Uuid) -> String {
        let place = usize::try_from(id.as_u128()).unwrap() - 1;
        self.names.borrow()[place].clone()
    }
    pub(crate) fn member(&self, name: &str) -> MemberId {
        MemberId::from_uuid(self.id(name))
    }
    pub(crate) fn team(&self, name: &str) -> TeamId {
        TeamId::from_uuid(self.id(name))
    }
    pub(crate) fn charged(&self, charged: Charged) -> String {
        match charged {
            Charged::Member(id) => self.name(id.uuid()),
            Charged::Team(id) => self.name(id.uuid()),
            Charged::Unit => "unit".into(),
        }
    }
    pub(crate) fn holder(&self, holder: &Holder) -> String {
        match holder {
            Holder::Pool { post } => post.to_string(),
            other => self.charged(Charged::from(other)),
        }
    }
}

fn opening(node: &Node) -> WorkingHours {
    let fields = node.fields().unwrap();
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    let periods = fields
        .need("periods")
        .unwrap()
        .list()
        .unwrap()
        .iter()
        .map(|period| {
            let period = period.texts().unwrap();
            (minute(period[0]), minute(period[1]))
        });
    assert_eq!(fields.need("days").unwrap().text(), Ok("workdays"));
    WorkingHours::new(vec![Opening {
        days: OpenDays::Workdays,
        periods: periods.collect(),
    }])
    .unwrap()
}
