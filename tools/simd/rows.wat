;; Arithmetic on rows of 32-bit floats, four at a time: the inner loops of the filters.
;; Every operation is IEEE single precision, so the results are the same on every machine.
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
        (br $next)))))
