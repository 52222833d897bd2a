;; Loops over bit sets. `count` is a number of bytes and a multiple of 16; so are all addresses.
(module
  (memory (export "memory") 1)

  ;; Takes one bit of each of `count` bytes into a bit set: bit 7 - `shift`.
  (func (export "plane") (param $out i32) (param $from i32) (param $count i32) (param $shift i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $from) (local.get $count)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $from) (local.get $end)))
        (i32.store16 (local.get $out)
          (i8x16.bitmask (i8x16.shl (v128.load (local.get $from)) (local.get $shift))))
        (local.set $out (i32.add (local.get $out) (i32.const 2)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (br $next))))

  ;; Number of bits that are set in both of two bit sets.
  (func (export "commonBits") (param $a i32) (param $b i32) (param $count i32) (result i32)
    (local $end i32) (local $sum i64)
    (local.set $end (i32.add (local.get $a) (local.get $count)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $a) (local.get $end)))
        (local.set $sum (i64.add (local.get $sum)
          (i64.add
            (i64.popcnt (i64.and (i64.load (local.get $a)) (i64.load (local.get $b))))
            (i64.popcnt (i64.and (i64.load offset=8 (local.get $a)) (i64.load offset=8 (local.get $b)))))))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (br $next)))
    (i32.wrap_i64 (local.get $sum))))
