/** Lists of labels of a folder with `a.png` and `b.png`, the classes with their images that come of each, and a remark. */
export const lists: [title: string, text: string, classes: string[], remark?: RegExp][] = [
  [
    'a mark of byte order and Windows line ends',
    '\ufefffile,label\r\na.png,cat\r\nb.png,dog\r\n',
    ['cat 1', 'dog 1'],
  ],
  [
    'a file that is not there',
    'file,label\na.png,cat\nb.png,dog\nno.png,dog\n',
    ['cat 1', 'dog 1'],
    /not there: no\.png/,
  ],
  [
    'a file twice with one label',
    'file,label\na.png,cat\na.png,cat\nb.png,dog\n',
    ['cat 1', 'dog 1'],
    /name a file again/,
  ],
  [
    'a file twice with two labels',
    'file,label\na.png,cat\na.png,dog\nb.png,dog\n',
    ['dog 2'],
    /two labels .* a\.png/,
  ],
  [
    'files outside of the folder',
    'file,label\na.png,cat\nb.png,dog\n../../x.png,dog\n/etc/passwd,dog\n',
    ['cat 1', 'dog 1'],
    /not there: \.\.\/\.\.\/x\.png, \/etc\/passwd/,
  ],
  [
    'columns in another order, and more of them',
    'width,label,file\n8,cat,a.png\n8,dog,b.png\n',
    ['cat 1', 'dog 1'],
  ],
  ['a column of parts', 'file,label,part\na.png,cat,x\nb.png,dog,y\n', ['cat 1', 'dog 1']],
  [
    'labels of names of JavaScript',
    'file,label\na.png,__proto__\nb.png,constructor\n',
    ['__proto__ 1', 'constructor 1'],
  ],
  ['labels that are numbers', 'file,label\na.png,-1\nb.png,1e999\n', ['-1 1', '1e999 1']],
  ['empty lines and spaces', 'file,label\n\n a.png , cat \n\nb.png,dog\n\n', ['cat 1', 'dog 1']],
  [
    'a label of 1,000 characters',
    `file,label\na.png,${'x'.repeat(1000)}\nb.png,dog\n`,
    ['dog 1', `${'x'.repeat(1000)} 1`],
  ],
  ['no labels', 'file,label\na.png,\nb.png,\n', [], /lack a file or a label/],
  ['only files that are not there', 'file,label\nx.png,cat\n', ['cat 0'], /2 images have no class/],
  ['one image of two', 'file,label\na.png,cat\n', ['cat 1'], /the list names 1/],
  ['semicolons between its cells', 'file;label\na.png;cat, tabby\nb.png;dog\n', ['cat, tabby 1', 'dog 1']],
  ['tabs between its cells', 'file\tlabel\na.png\tcat\nb.png\tdog\n', ['cat 1', 'dog 1']],
  ['paths from the folder on', 'file,label\n./a.png,cat\n.\\b.png,dog\n', ['cat 1', 'dog 1']],
]

/** Lists that are refused, with what is said of them. */
export const noLists: [title: string, text: string | Buffer, message: RegExp][] = [
  ['a header alone', 'file,label\n', /has the columns none/],
  ['no column of labels', 'file,class_of\na.png,cat\n', /has the columns file, class_of/],
  ['UTF-16', Buffer.from('\ufefffile,label\na.png,cat\n', 'utf16le'), /not UTF-8 text/],
  ['Latin-1', Buffer.from('file,label\na.png,\xdcber\n', 'latin1'), /not UTF-8 text/],
  ['a line with a cell less', 'file,label\na.png\nb.png,dog\n', /not a readable CSV/],
  ['JSON', '{"a.png":"cat"}', /not a readable CSV/],
]
