//! The words of the pay page.

use linli_wire::Language;

/// What the page says, in a language.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) amount: &'static str,
    pub(super) to: &'static str,
    pub(super) what: &'static str,
    pub(super) card: &'static str,
    pub(super) pay: &'static str,
    pub(super) note: &'static str,
    pub(super) paid: &'static str,
    pub(super) paid_text: &'static str,
    pub(super) not_paid: &'static str,
    pub(super) declined_text: &'static str,
    pub(super) ended_text: &'static str,
    pub(super) checking: &'static str,
    pub(super) checking_text: &'static str,
    pub(super) later: &'static str,
    pub(super) unclear: &'static str,
    pub(super) no_fields: &'static str,
    pub(super) no_link: &'static str,
    pub(super) no_link_text: &'static str,
    bill: &'static str,
    bills: &'static str,
}

impl Words {
    pub(super) fn of(language: &Language) -> &'static Self {
        if language.as_str() == "zh" { &ZH } else { &EN }
    }

    pub(super) fn bills(&self, count: usize) -> String {
        if count == 1 { self.bill.to_owned() } else { self.bills.replace("{count}", &count.to_string()) }
    }
}

const EN: Words = Words {
    title: "Pay by card",
    amount: "Amount",
    to: "Paid to",
    what: "For",
    card: "Your card",
    pay: "Pay now",
    note: "The card’s number goes to the payment provider alone. Your community never sees it.",
    paid: "Paid",
    paid_text: "The money has arrived. You can close this page; the receipt is in Linli.",
    not_paid: "Not paid",
    declined_text: "The card was declined, and nothing was taken from it. Try again, or with another card.",
    ended_text: "Nothing was paid, and this payment has ended. Begin a new one in Linli.",
    checking: "Being checked",
    checking_text: "It is not certain yet whether the money has arrived. Please do not pay again: Linli tells you as soon as it is certain.",
    later: "Please come back in a moment",
    unclear: "The payment provider does not answer just now, so nobody knows how the payment stands. Reload this page in a moment, before you pay again.",
    no_fields: "The fields for the card could not be loaded, and nothing was paid. Check the network, and that the browser lets scripts run; then reload this page.",
    no_link: "This link no longer works",
    no_link_text: "Links for paying work for one day. Begin the payment again in Linli.",
    bill: "1 bill",
    bills: "{count} bills",
};

const ZH: Words = Words {
    title: "银行卡支付",
    amount: "金额",
    to: "收款方",
    what: "用途",
    card: "您的银行卡",
    pay: "立即支付",
    note: "卡号只交给支付机构，小区看不到。",
    paid: "已支付",
    paid_text: "款项已到账。可以关闭此页面，收据在“邻里”里。",
    not_paid: "未支付",
    declined_text: "银行卡被拒绝，没有扣款。请重试，或换一张卡。",
    ended_text: "没有扣款，这笔支付已结束。请在“邻里”里重新发起。",
    checking: "正在核实",
    checking_text: "还不能确定款项是否到账。请不要再次支付，一有结果“邻里”就会告诉您。",
    later: "请稍后再来",
    unclear: "支付机构暂时没有回应，还不知道支付结果。请稍后刷新此页面，再决定是否重新支付。",
    no_fields: "无法加载银行卡输入框，没有扣款。请检查网络，并允许浏览器运行脚本，然后刷新此页面。",
    no_link: "此链接已失效",
    no_link_text: "支付链接的有效期为一天。请在“邻里”里重新发起支付。",
    bill: "1张账单",
    bills: "{count}张账单",
};
