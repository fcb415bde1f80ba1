//! What a community has said before: any number of messages in Chinese and English, the same for the same number.

use anyhow::{Context, Result};
use linli_server::{chat, params};
use linli_wire::{
    Timestamp,
    chat::{Message, MessageContent},
    id::{BuildingId, CommunityId, MessageId, PersonId, RoomId},
};
use oorandom::Rand64;

use crate::world::World;

/// Messages of one transaction.
const BATCH: usize = 2_000;
/// Between two messages.
const PAUSE_MS: i64 = 90_000;
/// When the last one was sent.
const NEWEST: Timestamp = Timestamp(1_790_000_000_000);

/// In which rooms it was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rooms {
    /// All of it where everybody is.
    Community,
    /// Two of five in the room of the first building, the rest where everybody is.
    CommunityAndBuilding,
}

/// Writes `count` messages of two hundred residents as the server keeps them; returns the words, the oldest first.
pub async fn fill(world: &World, count: usize, rooms: Rooms) -> Result<Vec<String>> {
    let (community, people, building) = world
        .app
        .db
        .read(|tx| {
            let rows = tx.query(
                "SELECT community_id, id FROM person WHERE role = 'resident' ORDER BY code LIMIT 200",
                &[],
            )?;
            let people = rows
                .iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?)))
                .collect::<Result<Vec<(CommunityId, PersonId)>, linli_server::Error>>()?;
            let building: BuildingId =
                tx.query_one("SELECT id FROM building ORDER BY code LIMIT 1", params![])?.get(0)?;
            let community = people.first().map(|(community, _)| *community);
            Ok((community, people.into_iter().map(|(_, person)| person).collect::<Vec<_>>(), building))
        })
        .await?;
    let community = community.context("nobody lives there")?;
    let mut random = Rand64::new(11);
    let mut said = Vec::with_capacity(count);
    while said.len() < count {
        let mut batch = Vec::with_capacity(BATCH);
        for number in said.len()..count.min(said.len() + BATCH) {
            let words = sentences(&mut random);
            let in_building = rooms == Rooms::CommunityAndBuilding && number % 5 < 2;
            let at = NEWEST.plus_millis(-PAUSE_MS * (count - number) as i64);
            batch.push(Message {
                id: MessageId(uuid::Uuid::from_u64_pair(number as u64, random.rand_u64())),
                room_id: if in_building {
                    RoomId::of_building(building)
                } else {
                    RoomId::of_community(community)
                },
                number: 0,
                version: 1,
                from: *people.get(number * 7 % people.len()).context("nobody lives there")?,
                at,
                content: MessageContent::Said { words: words.clone(), files: Vec::new(), about: None },
                reply_to: None,
                mentions: Vec::new(),
                edited_at: None,
            });
            said.push(words);
        }
        world
            .app
            .db
            .patient()
            .write(move |tx| {
                for message in &batch {
                    chat::put_past(tx, community, message.clone())?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(said)
}

/// One to four sentences: most people write one or two.
fn sentences(random: &mut Rand64) -> String {
    let (texts, between): (&[&str], &str) =
        if random.rand_range(0..5) < 3 { (&CHINESE, "") } else { (&ENGLISH, " ") };
    let count: usize = pick(random, &[1, 1, 1, 2, 2, 3, 4]);
    let parts: Vec<String> = (0..count).map(|_| filled(pick(random, texts), random)).collect();
    parts.join(between)
}

/// A sentence with its places filled in: `#` is a number, `%` a flat, `@` a first name, `~` a plate or a parcel's code.
fn filled(text: &str, random: &mut Rand64) -> String {
    let mut words = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '#' => words.push_str(&random.rand_range(1..31).to_string()),
            '%' => {
                let (building, floor) = (random.rand_range(1..9), random.rand_range(1..26));
                words.push_str(&format!("{building}-{floor}0{}", random.rand_range(1..9)));
            }
            '@' => words.push_str(pick(random, &NAMES)),
            '~' => {
                const SIGNS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
                words.extend((0..6).map(|_| char::from(pick(random, SIGNS))));
            }
            other => words.push(other),
        }
    }
    words
}

fn pick<T: Copy + Default>(random: &mut Rand64, from: &[T]) -> T {
    let at = random.rand_range(0..from.len() as u64);
    usize::try_from(at).ok().and_then(|at| from.get(at)).copied().unwrap_or_default()
}

const NAMES: [&str; 24] = [
    "王梅", "李强", "张伟", "刘芳", "陈静", "杨洋", "赵磊", "黄丽", "周涛", "吴敏", "徐刚", "孙燕", "Emma",
    "Oliver", "Mia", "Jonas", "Sofia", "Lucas", "Nora", "Hugo", "Clara", "Felix", "Ida", "Anton",
];

const CHINESE: [&str; 40] = [
    "早上好！",
    "谢谢@。",
    "好的，收到。",
    "明天有人去超市吗？",
    "#号楼今天又停水了，#点能来吗？",
    "水压太小了，%洗澡都不行。",
    "请问水箱清洗完了吗？",
    "停水通知在哪里看？",
    "自来水有点黄，大家家里一样吗？",
    "#号楼的电梯又坏了。",
    "电梯里有人抽烟，味道很大。",
    "老人下不去楼，电梯什么时候修好？",
    "给老人送饭的志愿者还缺#个人。",
    "物业费什么时候交？我家是%。",
    "物业费比去年多了#块，为什么？",
    "物业说下周#号来看。",
    "谁家的快递放在%门口了？",
    "快递柜~取不出来。",
    "车牌~挡住了消防通道，请挪一下。",
    "地下车库#区的灯不亮。",
    "楼道灯坏了好几天了。",
    "三楼的门禁卡刷不开。",
    "周六#点小花园有跳蚤市场。",
    "有没有人要婴儿车？九成新，%自取。",
    "我家的猫跑了，橘色的，看到请告诉@。",
    "小狗没拴绳，吓到孩子了。",
    "楼上半夜#点还在装修。",
    "麻将声音小一点好吗？",
    "垃圾分类的桶满了。",
    "#号楼后面的树枝断了，小心。",
    "求推荐一个修空调的师傅。",
    "暖气不热的有几家？我是%。",
    "下水道堵了，物业电话打不通。",
    "谁有梯子借一下？半小时就还。",
    "孩子们在广场上踢球，砸到玻璃了。",
    "业主大会是#号晚上吗？",
    "团购橙子，#斤一箱，接龙。",
    "今天的核酸点还在吗？",
    "停电到几点？冰箱里东西要坏了。",
    "辛苦@了，处理得很快。",
];

const ENGLISH: [&str; 30] = [
    "Good morning!",
    "Thank you, @.",
    "Same here.",
    "Does anybody know a plumber? The tap in % drips.",
    "No warm water in building # since this morning.",
    "The water is back.",
    "The lift of building # is stuck again.",
    "Somebody should hold the lift for grandma, please.",
    "A parcel for % was left at my door.",
    "Locker code ~ does not work for me.",
    "Whose car is ~? Its lights are on.",
    "The garage door closes too fast.",
    "Is the meeting on the # at six?",
    "Who would like to share oranges, # kilos a box?",
    "Our cat has run away, please tell @ if you see her.",
    "Please keep the dog on a leash.",
    "There is a drill at # in the evening, really?",
    "The bins behind building # are full.",
    "A branch came down near the playground, be careful.",
    "I can lend a ladder, come to %.",
    "What does the fee pay for this year?",
    "The office answers until #.",
    "My heating stays cold, is it only %?",
    "Flea market on Saturday at # in the little garden.",
    "Does the waterproofing of the roof take all week?",
    "Thanks for the quick repair!",
    "The stairs are slippery after the rain.",
    "Children kicked a ball through a window, nobody is hurt.",
    "Who has the key of cellar #?",
    "Power is off until #, says the office.",
];
