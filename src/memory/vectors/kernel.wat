;; The two inner loops of the vector search, with 128-bit SIMD. `kernel.ts` says what lies where in the memory and what
;; the numbers mean; `plain-kernel.ts` does the same without SIMD.
;;
;; A chunk holds the sign bits of 1024 vectors, 48 bytes each, in groups of 16: byte 0 of all sixteen, byte 1 of all
;; sixteen, and so on, so that one register holds the same byte of sixteen vectors and no sum runs across lanes.
;; The first 16 bytes of all groups, their near part, come before the other 32 of all groups, their far part.
(module
  (memory (export "memory") 3)

  ;; Cost of each vector of a chunk; leaves those that cost at most `limit` at `out`, as lane << 8 | cost.
  ;; A group none of whose vectors costs `near` or less by its near part is passed over.
  (func (export "scan") (param $chunk i32) (param $near i32) (param $limit i32) (param $out i32) (result i32)
    (local $start i32) (local $lane i32) (local $bytes i32) (local $table i32) (local $rest i32)
    (local $nears v128) (local $low v128) (local $high v128) (local $x v128) (local $y v128)
    (local $a v128) (local $b v128) (local $nibble v128)
    (local.set $start (local.get $out))
    (local.set $nears (i8x16.splat (local.get $near)))
    (local.set $nibble (i8x16.splat (i32.const 15)))
    (local.set $bytes (local.get $chunk))
    (loop $groups
      ;; Two groups at a time share the reading of the tables.
      (local.set $a (v128.const i64x2 0 0))
      (local.set $b (v128.const i64x2 0 0))
      (local.set $table (i32.const 0))
      (loop $columns
        (local.set $low (v128.load (local.get $table)))
        (local.set $high (v128.load offset=16 (local.get $table)))
        (local.set $x (v128.load (local.get $bytes)))
        (local.set $y (v128.load offset=256 (local.get $bytes)))
        (local.set $a (i8x16.add_sat_u (local.get $a)
          (i8x16.swizzle (local.get $low) (v128.and (local.get $x) (local.get $nibble)))))
        (local.set $b (i8x16.add_sat_u (local.get $b)
          (i8x16.swizzle (local.get $low) (v128.and (local.get $y) (local.get $nibble)))))
        (local.set $a (i8x16.add_sat_u (local.get $a)
          (i8x16.swizzle (local.get $high)
            (v128.and (i16x8.shr_u (local.get $x) (i32.const 4)) (local.get $nibble)))))
        (local.set $b (i8x16.add_sat_u (local.get $b)
          (i8x16.swizzle (local.get $high)
            (v128.and (i16x8.shr_u (local.get $y) (i32.const 4)) (local.get $nibble)))))
        (local.set $bytes (i32.add (local.get $bytes) (i32.const 16)))
        (local.set $table (i32.add (local.get $table) (i32.const 32)))
        (br_if $columns (i32.lt_u (local.get $table) (i32.const 512))))
      (local.set $rest (i32.add (local.get $chunk) (i32.add (i32.const 16384) (i32.mul (local.get $lane) (i32.const 32)))))
      (if (v128.any_true (i8x16.le_u (local.get $a) (local.get $nears)))
        (then (local.set $out (call $far (local.get $rest)
          (local.get $a) (local.get $lane) (local.get $limit) (local.get $out)))))
      (if (v128.any_true (i8x16.le_u (local.get $b) (local.get $nears)))
        (then (local.set $out (call $far (i32.add (local.get $rest) (i32.const 512))
          (local.get $b) (i32.add (local.get $lane) (i32.const 16)) (local.get $limit) (local.get $out)))))
      (local.set $bytes (i32.add (local.get $bytes) (i32.const 256)))
      (local.set $lane (i32.add (local.get $lane) (i32.const 32)))
      (br_if $groups (i32.lt_u (local.get $lane) (i32.const 1024))))
    (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2)))

  ;; Adds the far part of one group to the costs of its near part. Returns where the next result goes.
  (func $far (param $bytes i32) (param $a v128) (param $lane i32) (param $limit i32) (param $out i32) (result i32)
    (local $table i32) (local $mask i32) (local $bit i32) (local $x v128) (local $nibble v128)
    (local.set $nibble (i8x16.splat (i32.const 15)))
    (local.set $table (i32.const 512))
    (loop $columns
      (local.set $x (v128.load (local.get $bytes)))
      (local.set $a (i8x16.add_sat_u (local.get $a)
        (i8x16.swizzle (v128.load (local.get $table)) (v128.and (local.get $x) (local.get $nibble)))))
      (local.set $a (i8x16.add_sat_u (local.get $a)
        (i8x16.swizzle (v128.load offset=16 (local.get $table))
          (v128.and (i16x8.shr_u (local.get $x) (i32.const 4)) (local.get $nibble)))))
      (local.set $bytes (i32.add (local.get $bytes) (i32.const 16)))
      (local.set $table (i32.add (local.get $table) (i32.const 32)))
      (br_if $columns (i32.lt_u (local.get $table) (i32.const 1536))))
    (local.set $mask (i8x16.bitmask (i8x16.le_u (local.get $a) (i8x16.splat (local.get $limit)))))
    (if (local.get $mask) (then
      (v128.store (i32.const 1536) (local.get $a))
      (loop $lanes
        (local.set $bit (i32.ctz (local.get $mask)))
        (i32.store (local.get $out) (i32.or
          (i32.shl (i32.add (local.get $lane) (local.get $bit)) (i32.const 8))
          (i32.load8_u offset=1536 (local.get $bit))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (local.set $mask (i32.and (local.get $mask) (i32.sub (local.get $mask) (i32.const 1))))
        (br_if $lanes (local.get $mask)))))
    (local.get $out))

  ;; For each of `count` int8 vectors of 384, whose addresses stand at `places`: its dot product with the int16 query, and
  ;; with itself, at `out` as int32.
  (func (export "dots") (param $query i32) (param $places i32) (param $count i32) (param $out i32)
    (local $end i32) (local $q i32) (local $vector i32) (local $dot v128) (local $norm v128) (local $low v128) (local $high v128)
    (local $x v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 3))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $dot (v128.const i64x2 0 0))
        (local.set $norm (v128.const i64x2 0 0))
        (local.set $q (i32.const 0))
        (local.set $vector (i32.load (local.get $places)))
        (local.set $places (i32.add (local.get $places) (i32.const 4)))
        (loop $columns
          (local.set $x (v128.load (local.get $vector)))
          (local.set $low (i16x8.extend_low_i8x16_s (local.get $x)))
          (local.set $high (i16x8.extend_high_i8x16_s (local.get $x)))
          (local.set $dot (i32x4.add (local.get $dot) (i32x4.add
            (i32x4.dot_i16x8_s (local.get $low) (v128.load (i32.add (local.get $query) (local.get $q))))
            (i32x4.dot_i16x8_s (local.get $high) (v128.load offset=16 (i32.add (local.get $query) (local.get $q)))))))
          (local.set $norm (i32x4.add (local.get $norm) (i32x4.add
            (i32x4.dot_i16x8_s (local.get $low) (local.get $low))
            (i32x4.dot_i16x8_s (local.get $high) (local.get $high)))))
          (local.set $vector (i32.add (local.get $vector) (i32.const 16)))
          (local.set $q (i32.add (local.get $q) (i32.const 32)))
          (br_if $columns (i32.lt_u (local.get $q) (i32.const 768))))
        (i32.store (local.get $out) (call $sum (local.get $dot)))
        (i32.store offset=4 (local.get $out) (call $sum (local.get $norm)))
        (local.set $out (i32.add (local.get $out) (i32.const 8)))
        (br $next))))

  (func $sum (param $x v128) (result i32)
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $x)) (i32x4.extract_lane 1 (local.get $x)))
      (i32.add (i32x4.extract_lane 2 (local.get $x)) (i32x4.extract_lane 3 (local.get $x)))))
)
