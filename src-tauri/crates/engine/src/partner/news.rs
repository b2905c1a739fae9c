//! Which news are shown and notified: those of one partnership, because they do not say whose they are.

use zafu_core::partnership::{News, NewsKind, PartnerView};

/// Returns whether `news` are about the present partnership; without one, about the last.
pub(crate) fn is_current(view: &PartnerView, news: &News) -> bool {
    let is_end = news.kind == NewsKind::Left;
    match (&view.partnership, view.former.iter().max_by_key(|former| former.ended_at)) {
        (Some(present), _) => present.has_news(news),
        // The end of an earlier one may be recorded after the start of the last one on the same day.
        (None, Some(last)) => news.at > last.started_at && (!is_end || news.at >= last.ended_at),
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use zafu_core::partnership::{FormerPartnership, Tally};

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn without_a_partner_the_news_are_those_of_the_last_one() {
        let former = |start, end| FormerPartnership {
            started_at: at(start),
            ended_at: at(end),
            tally: Tally::default(),
        };
        let mut view = PartnerView::default();
        let kinds = |view: &PartnerView| {
            let news = [
                (1, NewsKind::Bow),
                (11, NewsKind::Left),
                (12, NewsKind::Joined),
                (20, NewsKind::Left),
            ];
            let news = news.map(|(minutes, kind)| News {
                seq: minutes,
                kind,
                at: at(minutes),
                week: None,
            });
            news.into_iter().filter(|it| is_current(view, it)).map(|it| it.seq).collect::<Vec<_>>()
        };
        assert_eq!(kinds(&view), [1, 11, 12, 20]);
        // Two on one day: the second starts when the first has ended.
        view.former = vec![former(10, 20), former(0, 10)];
        assert_eq!(kinds(&view), [12, 20]);
        view.former = vec![former(0, 10)];
        assert_eq!(kinds(&view), [1, 11, 12, 20]);
    }
}
