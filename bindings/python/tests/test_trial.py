import asyncio, sys, unittest
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import mesto
class FixedClock(mesto.Clock):
    def now(self):
        return datetime(2025, 9, 3, 8, tzinfo=timezone.utc)
class Seen(mesto.Observer):
    def __init__(self): self.seen = []
    def changed(self, total): self.seen.append(total)
class Trial(unittest.TestCase):
    def test_values(self):
        q = mesto.Trial(FixedClock()).quote(60)
        self.assertEqual(q.total.amount, Decimal("80.00"))
        self.assertEqual(q.ends_at, datetime(2025, 9, 3, 9, tzinfo=timezone.utc))
        self.assertEqual(q.notices, [mesto.Notice.CLIPPED(60, 30), mesto.Notice.NO_REFUND()])
    def test_errors(self):
        with self.assertRaises(mesto.MestoError.Refused) as e:
            mesto.Trial(FixedClock()).quote(91)
        self.assertEqual(e.exception.code, "max_stay_exceeded")
        print(str(e.exception), repr(e.exception))
    def test_async(self):
        t = mesto.Trial(FixedClock()); seen = Seen()
        s = t.subscribe(seen)
        asyncio.run(t.buy(60, None))
        self.assertEqual(len(seen.seen), 1)
        s.cancel()
        c = mesto.Cancel(); c.cancel()
        with self.assertRaises(mesto.MestoError.Offline):
            asyncio.run(t.buy(60, c))
