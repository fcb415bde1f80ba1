//! What a made-up community is made of: names, places and things to tell.

/// Family names with their frequency in China, roughly.
pub(super) const FAMILY: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田",
    "董", "潘", "袁", "蔡", "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "丁", "任", "卢", "姚",
    "沈", "钟", "姜", "崔", "谭", "陆", "范", "汪", "廖", "石", "金", "欧阳",
];

/// Characters of given names.
pub(super) const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀", "霞", "平", "刚", "桂", "英", "华", "玉", "兰", "红", "建", "国", "文", "辉", "玲", "志", "春",
    "梅", "海", "波", "宁", "浩", "宇", "轩", "子", "涵", "思", "雨", "欣", "怡", "梓", "佳", "俊", "晨",
    "凯", "琳", "雪", "晓", "东", "鹏", "飞", "云", "莉", "鑫", "健",
];

/// Given names of people who moved here from elsewhere.
pub(super) const FOREIGN: &[&str] = &[
    "Anna Keller",
    "Tom Baker",
    "Marie Dubois",
    "Kenji Sato",
    "Priya Nair",
    "Carlos Ruiz",
    "Olga Petrova",
    "Sam Lee",
];

/// Places of the community in Chinese and English.
pub(super) const PLACES: &[(&str, &str)] = &[
    ("东门", "the east gate"),
    ("北门", "the north gate"),
    ("地下车库 B1", "garage level B1"),
    ("地下车库 B2", "garage level B2"),
    ("活动室", "the club room"),
    ("儿童乐园", "the playground"),
    ("中心花园", "the central garden"),
    ("快递柜旁", "the parcel lockers"),
    ("健身步道", "the running path"),
    ("自行车棚", "the bicycle shed"),
    ("物业大厅", "the office lobby"),
    ("水泵房", "the pump room"),
];

/// Something to tell. `{b}` is a building, `{p}` a place, `{n}` a number, `{f}` and `{t}` hours,
/// `{{day+1}}` a date.
pub(super) struct Topic {
    pub(super) category: &'static str,
    pub(super) zh_title: &'static str,
    pub(super) en_title: &'static str,
    /// Sentences in Chinese and English.
    pub(super) body: &'static [(&'static str, &'static str)],
}

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        category: "water-power",
        zh_title: "{b}号楼{{day+2}}停水{n}小时",
        en_title: "Building {b}: no water for {n} hours on {{day+2}}",
        body: &[
            (
                "{{day+2}} {f}:00–{t}:00 清洗水箱，{b}号楼全部楼层停水。",
                "The water tank is cleaned on {{day+2}} from {f}:00 to {t}:00; building {b} has no water on any floor.",
            ),
            (
                "请提前存一些水，家里有老人和孩子的尤其要记得。",
                "Please keep some water ready, above all where old people or children live.",
            ),
            (
                "恢复供水后水可能发黄，放几分钟就清了。",
                "Afterwards the water may look brown; it clears after a few minutes.",
            ),
            ("{p}备有饮用水，可以来取。", "Drinking water can be fetched at {p}."),
        ],
    },
    Topic {
        category: "water-power",
        zh_title: "配电检修：{b}号楼{{day+3}}停电",
        en_title: "Power off in building {b} on {{day+3}}",
        body: &[
            (
                "供电公司{{day+3}} {f}:00–{t}:00 检修变压器，{b}号楼停电。",
                "The grid operator services the transformer on {{day+3}} from {f}:00 to {t}:00; building {b} has no power.",
            ),
            (
                "电梯同时停运，请走楼梯，出行不便的请打电话给我们。",
                "The lifts stand still as well. Please take the stairs, and call us if you cannot.",
            ),
            (
                "冰箱{n}小时内不开门，食物不会坏。",
                "A refrigerator that stays closed keeps food for {n} hours.",
            ),
            ("{p}有应急照明和充电插座。", "There are emergency lights and sockets at {p}."),
        ],
    },
    Topic {
        category: "lifts",
        zh_title: "{b}号楼电梯年检",
        en_title: "Yearly inspection of the lifts in building {b}",
        body: &[
            (
                "{{day+1}} {f}:00 起，检验人员逐台检查{b}号楼的电梯，每台大约{n}小时。",
                "From {f}:00 on {{day+1}} the inspectors go through the lifts of building {b}, about {n} hours each.",
            ),
            (
                "总有一台在运行，高峰时请多等一会儿。",
                "One lift always runs; please have patience at busy hours.",
            ),
            ("检验报告会贴在轿厢里。", "The report will hang in the cabin."),
            (
                "乘梯时请不要扒门，也不要把电动车推进电梯。",
                "Please do not hold the doors, and never take electric bikes into the lift.",
            ),
        ],
    },
    Topic {
        category: "safety",
        zh_title: "消防演习：{{day+5}}，请大家参加",
        en_title: "Fire drill on {{day+5}}: please take part",
        body: &[
            (
                "{{day+5}} {f}:00 在{p}集合，学习用灭火器。",
                "We meet at {p} on {{day+5}} at {f}:00 and learn to use an extinguisher.",
            ),
            (
                "楼道里的纸箱和自行车请在此之前清走，逃生通道要让出来。",
                "Please clear boxes and bicycles from the stairs before then; the way out must be free.",
            ),
            (
                "电动车一律在{p}充电，不要从窗户拉电线。",
                "Electric bikes are charged at {p} only, never by a cable from a window.",
            ),
            (
                "去年演习用了{n}分钟才集合完，今年争取更快。",
                "Last year it took {n} minutes until everybody was out; let us be faster.",
            ),
        ],
    },
    Topic {
        category: "safety",
        zh_title: "{p}发现可疑人员，请关好门窗",
        en_title: "Strangers seen at {p}: please lock doors and windows",
        body: &[
            (
                "昨晚{t}点左右，{p}有陌生人试着拉车门。",
                "Around {t}:00 last night somebody tried car doors at {p}.",
            ),
            ("已经报警，监控录像交给了派出所。", "The police have been told and have the recordings."),
            (
                "单元门请随手关上，不认识的人不要放进来。",
                "Please close the house doors behind you and let nobody in whom you do not know.",
            ),
            ("巡逻增加到每晚{n}次。", "The guards now walk {n} rounds a night."),
        ],
    },
    Topic {
        category: "activities",
        zh_title: "{p}露天电影：{{day+4}}晚上见",
        en_title: "Film night at {p} on {{day+4}}",
        body: &[
            (
                "{{day+4}} {t}:00 在{p}放电影，自带小凳子。",
                "A film is shown at {p} on {{day+4}} at {t}:00; bring a stool.",
            ),
            ("报名的孩子有{n}位，爆米花免费。", "{n} children have signed up, and popcorn is free."),
            ("下雨改在活动室。", "If it rains we move to the club room."),
            (
                "散场后请把垃圾带走，{b}号楼的邻居要早睡。",
                "Please take your rubbish along afterwards; the neighbours of building {b} go to bed early.",
            ),
        ],
    },
    Topic {
        category: "activities",
        zh_title: "长者手机课：学会用“邻里”",
        en_title: "Phone course for elders: learn to use Linli",
        body: &[
            (
                "{{day+3}} {f}:00 在{p}，志愿者一对一教。",
                "On {{day+3}} at {f}:00 volunteers teach one to one at {p}.",
            ),
            (
                "带上手机和老花镜就行，字可以调大。",
                "Bring your phone and glasses; the letters can be made larger.",
            ),
            ("上一期来了{n}位。", "{n} people came last time."),
            ("{b}号楼的李阿姨备了茶水。", "Mrs Li of building {b} brings tea."),
        ],
    },
    Topic {
        category: "rules",
        zh_title: "装修时间提醒",
        en_title: "When drilling is allowed",
        body: &[
            (
                "工作日 {f}:00–{t}:00 可以施工，周末和节假日不可以。",
                "Work is allowed from {f}:00 to {t}:00 on working days, not on weekends and holidays.",
            ),
            (
                "{b}号楼这周收到{n}起噪声投诉。",
                "There were {n} complaints about noise in building {b} this week.",
            ),
            (
                "装修垃圾请装袋放到{p}，不要堆在楼道。",
                "Please bag the rubble and take it to {p}, not to the corridor.",
            ),
            (
                "开工前到物业登记，邻居也好有个准备。",
                "Register with the office before you begin, so that neighbours can prepare.",
            ),
        ],
    },
    Topic {
        category: "rules",
        zh_title: "养狗的邻居请看过来",
        en_title: "To everybody with a dog",
        body: &[
            ("遛狗请牵绳，{p}设了拾便袋。", "Keep dogs on the lead; bags are at {p}."),
            ("电梯里人多时请等下一台。", "Wait for the next lift when it is crowded."),
            (
                "{b}号楼附近近日有{n}只流浪猫，请不要喂在楼道里。",
                "{n} stray cats live near building {b}; please do not feed them in the corridor.",
            ),
            ("疫苗证{{day+6}}前到物业补登记。", "Show the vaccination card at the office before {{day+6}}."),
        ],
    },
    Topic {
        category: "money",
        zh_title: "{{month}}物业费账目",
        en_title: "Accounts for {{month}}",
        body: &[
            ("{n}月以来收缴率一直在升，比上月高。", "More fees were paid than last month."),
            ("支出最大的是{p}的维修。", "Most was spent on repairs at {p}."),
            (
                "明细贴在{b}号楼大厅，有疑问请来问。",
                "The details hang in the lobby of building {b}; ask us anything.",
            ),
            ("下次公布是{{month+1}}。", "The next accounts follow in {{month+1}}."),
        ],
    },
    Topic {
        category: "health",
        zh_title: "免费体检：{{day+7}}，{p}",
        en_title: "Free health check at {p} on {{day+7}}",
        body: &[
            (
                "社区医院{{day+7}} {f}:00 来{p}，量血压、测血糖、查视力。",
                "The community clinic comes to {p} on {{day+7}} at {f}:00: blood pressure, blood sugar and eyes.",
            ),
            ("抽血要空腹，带上医保卡。", "Come with an empty stomach and your insurance card."),
            ("每半天{n}0个号，先到先得。", "There are {n}0 places each half day."),
            (
                "行动不便的老人可以上门，请告诉{b}号楼楼长。",
                "The doctor visits those who cannot walk; tell the warden of building {b}.",
            ),
        ],
    },
    Topic {
        category: "cleaning",
        zh_title: "{p}打药除虫",
        en_title: "Spraying against insects at {p}",
        body: &[
            (
                "{{day+1}} {f}:00 给{p}的树打药，请关窗，衣服被子先收一收。",
                "The trees at {p} are sprayed on {{day+1}} at {f}:00; close the windows and take the washing in.",
            ),
            ("当天不要让孩子和宠物碰草坪。", "Keep children and pets off the lawn that day."),
            ("药味大约{n}小时散去。", "The smell is gone after about {n} hours."),
            ("{b}号楼前的银杏已经修剪好了。", "The ginkgo trees in front of building {b} have been cut."),
        ],
    },
    Topic {
        category: "cleaning",
        zh_title: "垃圾分类：{p}换了新桶",
        en_title: "New bins for sorted rubbish at {p}",
        body: &[
            (
                "厨余、可回收、有害、其他，四种颜色分开放。",
                "Kitchen, recycling, harmful, other: four colours, four bins.",
            ),
            (
                "大件垃圾请先打电话，{n}天内来收。",
                "Call us for bulky things; they are fetched within {n} days.",
            ),
            ("{f}:00 前投放，{t}:00 以后也可以。", "Bring it before {f}:00 or after {t}:00."),
            ("{b}号楼这个月分得最好。", "Building {b} sorted best this month."),
        ],
    },
    Topic {
        category: "parking",
        zh_title: "{p}车位重新划线",
        en_title: "New lines for parking at {p}",
        body: &[
            (
                "{{day+2}} {f}:00–{t}:00 请把车移走，临时停在{p}对面。",
                "Please move your car on {{day+2}} between {f}:00 and {t}:00 and park opposite.",
            ),
            (
                "多出{n}个车位，优先给没有车位的家庭。",
                "There will be {n} more places, first for households without one.",
            ),
            ("消防通道不能停车，拖走的费用自理。", "Never park on the fire lane; towing is at your cost."),
            ("充电桩装在{b}号楼旁边。", "Chargers are being put up beside building {b}."),
        ],
    },
    Topic {
        category: "other",
        zh_title: "{p}捡到一串钥匙",
        en_title: "Keys found at {p}",
        body: &[
            (
                "早上{f}点在{p}捡到，有{n}把，带一个红色小挂件。",
                "They were found at {p} at {f}:00: {n} keys with a red tag.",
            ),
            ("到物业前台认领，说得出样子就行。", "Describe them at the front desk and take them home."),
            ("过了{{day+30}}交给派出所。", "After {{day+30}} they go to the police."),
            ("谢谢{b}号楼的小朋友送来。", "Thanks to the child of building {b} who brought them."),
        ],
    },
];
