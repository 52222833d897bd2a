;; Arithmetic on rows, four numbers at a time: the inner loops of the filters (32-bit floats) and of the resampling
;; (32-bit integers). Every operation is exactly defined, so the results are the same on every machine.
;; Compile with tools/simd/build.sh; the bytes are kept in src/engine/images/simd/rows.wasm.ts.
(module
  (memory (export "memory") 16)

  ;; out[i] += wa a[i] + wb b[i] + wc c[i] + wd d[i] for i < count, rounded up to a multiple of 4.
  (func (export "accumulate")
    (param $out i32) (param $count i32)
    (param $a i32) (param $b i32) (param $c i32) (param $d i32)
    (param $wa f32) (param $wb f32) (param $wc f32) (param $wd f32)
    (local $end i32) (local $va v128) (local $vb v128) (local $vc v128) (local $vd v128)
    (local.set $va (f32x4.splat (local.get $wa)))
    (local.set $vb (f32x4.splat (local.get $wb)))
    (local.set $vc (f32x4.splat (local.get $wc)))
    (local.set $vd (f32x4.splat (local.get $wd)))
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (v128.store (local.get $out)
          (f32x4.add
            (f32x4.add
              (v128.load (local.get $out))
              (f32x4.add
                (f32x4.mul (v128.load (local.get $a)) (local.get $va))
                (f32x4.mul (v128.load (local.get $b)) (local.get $vb))))
            (f32x4.add
              (f32x4.mul (v128.load (local.get $c)) (local.get $vc))
              (f32x4.mul (v128.load (local.get $d)) (local.get $vd)))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $a (i32.add (local.get $a) (i32.const 16)))
        (local.set $b (i32.add (local.get $b) (i32.const 16)))
        (local.set $c (i32.add (local.get $c) (i32.const 16)))
        (local.set $d (i32.add (local.get $d) (i32.const 16)))
        (br $next))))

  ;; out[i] = value for i < count, rounded up to a multiple of 4.
  (func (export "fill") (param $out i32) (param $count i32) (param $value f32)
    (local $end i32)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (v128.store (local.get $out) (f32x4.splat (local.get $value)))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (br $next))))

  ;; out[i] = bytes[i] as a float for i < count, rounded up to a multiple of 4.
  (func (export "fromBytes") (param $out i32) (param $bytes i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (v128.store (local.get $out)
          (f32x4.convert_i32x4_u
            (i32x4.extend_low_i16x8_u
              (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $bytes))))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 4)))
        (br $next))))

  ;; bytes[i] = in[i] cut to 0..255 and truncated, for i < count, rounded up to a multiple of 4.
  (func (export "toBytes") (param $bytes i32) (param $in i32) (param $count i32)
    (local $end i32) (local $whole v128)
    (local.set $end (i32.add (local.get $bytes) (local.get $count)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $bytes) (local.get $end)))
        (local.set $whole (i32x4.trunc_sat_f32x4_s (v128.load (local.get $in))))
        (local.set $whole (i16x8.narrow_i32x4_s (local.get $whole) (local.get $whole)))
        (local.set $whole (i8x16.narrow_i16x8_u (local.get $whole) (local.get $whole)))
        (v128.store32_lane 0 (local.get $bytes) (local.get $whole))
        (local.set $in (i32.add (local.get $in) (i32.const 16)))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 4)))
        (br $next))))

  ;; Resampling of 8-bit rows with integer weights of 22 fraction bits, rounded and cut to 0..255: exact, so that the
  ;; result can equal Pillow's bit for bit.

  ;; One RGB row along x: out[x] = sum over k < count[x] of weights[x * stride + k] * row[first[x] + k].
  ;; Reads and writes one byte past the last pixel.
  (func (export "resampleRow")
    (param $out i32) (param $columns i32) (param $row i32)
    (param $first i32) (param $count i32) (param $weights i32) (param $stride i32)
    (local $end i32) (local $from i32) (local $weight i32) (local $last i32) (local $sum v128)
    (local.set $end (i32.add (local.get $out) (i32.mul (local.get $columns) (i32.const 3))))
    (block $done
      (loop $column
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $from
          (i32.add (local.get $row) (i32.mul (i32.load (local.get $first)) (i32.const 3))))
        (local.set $weight (local.get $weights))
        (local.set $last
          (i32.add (local.get $weights) (i32.shl (i32.load (local.get $count)) (i32.const 2))))
        (local.set $sum (i32x4.splat (i32.const 0x200000)))
        (block $summed
          (loop $tap
            (br_if $summed (i32.ge_u (local.get $weight) (local.get $last)))
            (local.set $sum
              (i32x4.add (local.get $sum)
                (i32x4.mul
                  (v128.load32_splat (local.get $weight))
                  (i32x4.extend_low_i16x8_u
                    (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $from)))))))
            (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
            (local.set $from (i32.add (local.get $from) (i32.const 3)))
            (br $tap)))
        (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
        (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
        (local.set $sum (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
        (v128.store32_lane 0 (local.get $out) (local.get $sum))
        (local.set $out (i32.add (local.get $out) (i32.const 3)))
        (local.set $first (i32.add (local.get $first) (i32.const 4)))
        (local.set $count (i32.add (local.get $count) (i32.const 4)))
        (local.set $weights (i32.add (local.get $weights) (i32.shl (local.get $stride) (i32.const 2))))
        (br $column))))

  ;; One row out of `count` rows of `length` bytes: out[i] = sum over k of weights[k] * rows[k * length + i].
  ;; `length` is rounded up to a multiple of 8.
  (func (export "resampleColumns")
    (param $out i32) (param $length i32) (param $rows i32) (param $weights i32) (param $count i32)
    (local $end i32) (local $from i32) (local $weight i32) (local $last i32)
    (local $low v128) (local $high v128) (local $factor v128) (local $samples v128)
    (local.set $end (i32.add (local.get $out) (local.get $length)))
    (local.set $last (i32.add (local.get $weights) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $low (i32x4.splat (i32.const 0x200000)))
        (local.set $high (local.get $low))
        (local.set $from (local.get $rows))
        (local.set $weight (local.get $weights))
        (block $summed
          (loop $tap
            (br_if $summed (i32.ge_u (local.get $weight) (local.get $last)))
            (local.set $factor (v128.load32_splat (local.get $weight)))
            (local.set $samples (i16x8.extend_low_i8x16_u (v128.load64_zero (local.get $from))))
            (local.set $low
              (i32x4.add (local.get $low)
                (i32x4.mul (local.get $factor) (i32x4.extend_low_i16x8_u (local.get $samples)))))
            (local.set $high
              (i32x4.add (local.get $high)
                (i32x4.mul (local.get $factor) (i32x4.extend_high_i16x8_u (local.get $samples)))))
            (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
            (local.set $from (i32.add (local.get $from) (local.get $length)))
            (br $tap)))
        (local.set $low
          (i16x8.narrow_i32x4_s
            (i32x4.shr_s (local.get $low) (i32.const 22))
            (i32x4.shr_s (local.get $high) (i32.const 22))))
        (v128.store64_lane 0 (local.get $out) (i8x16.narrow_i16x8_u (local.get $low) (local.get $low)))
        (local.set $out (i32.add (local.get $out) (i32.const 8)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 8)))
        (br $next)))))
