;; The two loops over all documents of a page, with 128-bit SIMD. `postings-kernel.ts` says what lies where in the
;; memory and does the same without SIMD.
(module
  (memory (export "memory") 1)

  ;; sums[i] += round(impacts[i] * factor / 256), for 8192 documents. The sum of document 0 lies at 2.
  (func (export "addDense") (param $impacts i32) (param $factor i32)
    (local $sum i32) (local $end i32) (local $x v128) (local $f v128)
    (local.set $f (i16x8.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $impacts) (i32.const 8192)))
    (loop $next
      (local.set $x (v128.load (local.get $impacts)))
      (v128.store offset=2 (local.get $sum) (i16x8.add (v128.load offset=2 (local.get $sum))
        (i16x8.q15mulr_sat_s (i16x8.shl (i16x8.extend_low_i8x16_u (local.get $x)) (i32.const 7)) (local.get $f))))
      (v128.store offset=18 (local.get $sum) (i16x8.add (v128.load offset=18 (local.get $sum))
        (i16x8.q15mulr_sat_s (i16x8.shl (i16x8.extend_high_i8x16_u (local.get $x)) (i32.const 7)) (local.get $f))))
      (local.set $sum (i32.add (local.get $sum) (i32.const 32)))
      (local.set $impacts (i32.add (local.get $impacts) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $impacts) (local.get $end)))))

  ;; Leaves at `out` each document that has a sum, and with its neighbours' shares a total above the limit, as
  ;; document << 16 | total; from the last document to the first. Returns how many.
  (func (export "select") (param $limit i32) (param $previous i32) (param $next i32) (param $out i32) (result i32)
    (local $doc i32) (local $at i32) (local $start i32) (local $mask i32) (local $lane i32)
    (local $own v128) (local $total v128) (local $limits v128) (local $p v128) (local $n v128) (local $none v128)
    (local.set $start (local.get $out))
    (local.set $limits (i16x8.splat (local.get $limit)))
    (local.set $p (i16x8.splat (local.get $previous)))
    (local.set $n (i16x8.splat (local.get $next)))
    (local.set $doc (i32.const 8192))
    (loop $more
      (local.set $doc (i32.sub (local.get $doc) (i32.const 8)))
      (local.set $at (i32.shl (local.get $doc) (i32.const 1)))
      (local.set $own (v128.load offset=2 (local.get $at)))
      (local.set $total (i16x8.add (local.get $own) (i16x8.add
        (i16x8.q15mulr_sat_s (v128.load (local.get $at)) (local.get $p))
        (i16x8.q15mulr_sat_s (v128.load offset=4 (local.get $at)) (local.get $n)))))
      (local.set $mask (i16x8.bitmask (v128.and
        (i16x8.gt_s (local.get $total) (local.get $limits))
        (i16x8.gt_s (local.get $own) (local.get $none)))))
      (if (local.get $mask) (then
        (v128.store (i32.const 16400) (local.get $total))
        (loop $lanes
          (local.set $lane (i32.sub (i32.const 31) (i32.clz (local.get $mask))))
          (i32.store (local.get $out) (i32.or
            (i32.shl (i32.add (local.get $doc) (local.get $lane)) (i32.const 16))
            (i32.load16_u offset=16400 (i32.shl (local.get $lane) (i32.const 1)))))
          (local.set $out (i32.add (local.get $out) (i32.const 4)))
          (local.set $mask (i32.xor (local.get $mask) (i32.shl (i32.const 1) (local.get $lane))))
          (br_if $lanes (local.get $mask)))))
      (br_if $more (local.get $doc)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $start)) (i32.const 2)))
)
