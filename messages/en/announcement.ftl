## Read out by screen readers during a sit

announcement-preparing = Settle in. The sit begins in { $time }.
# length: 20 minutes
announcement-started = The sit begins: { $length }.
announcement-started-open = The sit begins. It is open-ended.
announcement-half = Half of the sit is done. { $length } left.
announcement-remaining = { $length } left.
announcement-paused = Paused.
announcement-resumed = The sit continues.
announcement-overtime = The sit has reached its end. You may continue.
announcement-finished = The sit is over. You sat { $length }.
